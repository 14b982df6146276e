/** What `--store` names: hosts in the order they are tried in, and what is the same on all of them. */
export type ClusterAddress = {
  /** `http://host:8123`, without user, path and query. */
  hosts: string[]
  user: string
  database: string
  /** Name in the servers' `remote_servers`; '' is one server without a cluster. */
  cluster: string
}

/** `http://user@host:8123/db?cluster=name,http://host2:8123`: what a later host leaves out is as for the first. Throws a sentence. */
export function parseClusterUrl(text: string): ClusterAddress {
  const cannot = (url: string, why: string): Error => new Error(`Cannot use --store ${url}: ${why}`)
  const address: ClusterAddress = { hosts: [], user: '', database: '', cluster: '' }
  for (const written of text.split(',').map((part) => part.trim())) {
    const url = URL.canParse(written) ? new URL(written) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw cannot(withoutPassword(written), 'it is not written http://user@host:8123/database?cluster=name')
    }
    if (url.password !== '') {
      throw cannot(
        withoutPassword(written),
        'other users of the machine could read the password in it; leave it out and set WAKELINE_STORE_PASSWORD',
      )
    }
    const unknown = [...url.searchParams.keys()].find((name) => name !== 'cluster')
    if (unknown !== undefined) throw cannot(written, `"${unknown}" is not known; there is only ?cluster=name`)
    const given = {
      user: decodeURIComponent(url.username),
      database: decodeURIComponent(url.pathname.slice(1)),
      cluster: url.searchParams.get('cluster') ?? '',
    }
    for (const name of ['user', 'database', 'cluster'] as const) {
      if (address.hosts.length === 0) address[name] = given[name]
      else if (given[name] !== '' && given[name] !== address[name]) {
        throw cannot(written, `its ${name} is "${given[name]}" and that of the first host "${address[name]}"`)
      }
    }
    address.hosts.push(url.origin)
  }
  if (!/^\w*$/.test(address.database)) throw cannot(text, 'a database is named with letters, digits and _')
  return { ...address, user: address.user || 'default', database: address.database || 'wakeline' }
}

const withoutPassword = (url: string): string => url.replace(/\/\/([^@/]*):[^@/]*@/, '//$1:...@')
