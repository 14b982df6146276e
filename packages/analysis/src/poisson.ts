/**
 * Between which numbers the true mean of what was counted lies, 19 times of 20: exact, for events that come by themselves. Of
 * nothing counted it is the rule of three: at most 3.
 */
export function poissonInterval(count: number): { readonly low: number; readonly high: number } {
  if (count === 0) return { low: 0, high: 3 }
  const tail = 0.025
  return {
    low: meanWhere((mean) => 1 - probabilityUpTo(count - 1, mean) < tail, count),
    high: meanWhere((mean) => probabilityUpTo(count, mean) > tail, count),
  }
}

/** The mean up to which something holds, which then holds no longer. */
function meanWhere(holds: (mean: number) => boolean, count: number): number {
  let [low, high] = [0, count + 10 * Math.sqrt(count) + 10]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

/** That no more than `count` come where `mean` are expected. */
function probabilityUpTo(count: number, mean: number): number {
  let sum = 0
  let logarithm = -mean
  for (let k = 0; k <= count; k++) {
    if (k > 0) logarithm += Math.log(mean / k)
    sum += Math.exp(logarithm)
  }
  return Math.min(1, sum)
}
