/** What rules that were made in the product say as their file, to everyone who asks for rules: they are in none. */
export const madeFile = 'made in Wakeline'
