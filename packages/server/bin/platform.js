'use strict'
/**
 * Says in one sentence why Wakeline cannot run on a machine. Plain CommonJS without dependencies, because it is asked
 * before anything is installed (`npm start`) and before the engine's 540 MB library is touched (`wakeline`).
 */

const { execFileSync } = require('node:child_process')
const { readFileSync } = require('node:fs')

const nodeVersionMin = [20, 19]

/** What the answer depends on, as plain data, so that other machines can be tried in a test. */
function readMachine() {
  const { platform, arch } = process
  return {
    nodeVersion: process.versions.node,
    platform,
    arch,
    glibcVersion: platform === 'linux' ? readGlibcVersion() : '',
    avx2: arch !== 'x64' || readAvx2(platform),
  }
}

function readGlibcVersion() {
  // Interfaces are left out of the report: looking them up can take seconds.
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ?? ''
}

/** Where it cannot be found out, the engine is given the benefit of the doubt. */
function readAvx2(platform) {
  try {
    if (platform === 'linux') return /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'))
    if (platform === 'darwin') return execFileSync('sysctl', ['-n', 'hw.optional.avx2_0']).toString().trim() === '1'
  } catch {}
  return true
}

/** A sentence with what to do, or '' when the machine will do. */
function whyUnsupported(machine) {
  const cannot = 'Cannot start Wakeline: '
  const [major, minor] = machine.nodeVersion.split('.').map(Number)
  if (major < nodeVersionMin[0] || (major === nodeVersionMin[0] && minor < nodeVersionMin[1]))
    return `${cannot}it needs Node ${nodeVersionMin.join('.')} or newer and this is Node ${machine.nodeVersion}; install a newer one from https://nodejs.org.`
  if (machine.platform === 'win32')
    return `${cannot}its engine does not run on Windows; run it inside WSL 2 (https://learn.microsoft.com/windows/wsl).`
  if (machine.platform !== 'linux' && machine.platform !== 'darwin')
    return `${cannot}its engine runs on Linux (glibc) and macOS only and this is ${machine.platform}; run it on one of those.`
  if (machine.arch !== 'x64' && machine.arch !== 'arm64')
    return `${cannot}its engine is built for x64 and arm64 and this is ${machine.arch}; run it on one of those, with a 64-bit Node.`
  if (machine.platform === 'linux' && machine.glibcVersion === '')
    return `${cannot}its engine needs glibc and this system uses musl (Alpine?); use a Debian, Ubuntu or Fedora image, such as node:22-slim.`
  if (!machine.avx2)
    return `${cannot}its engine needs a processor with AVX2 and this one has none (or the virtual machine hides it); use a newer machine or let the hypervisor pass the flag on.`
  return ''
}

module.exports = { readMachine, whyUnsupported }
