import type { Attributes } from '../public.ts'

/**
 * What OpenTelemetry's conventions say about process, machine and container. What the program says itself goes over it.
 * Only what is known for sure: the name of a pod, for one, is its host's name as a rule, and stands there already.
 */
export interface Surroundings {
  readonly env: Record<string, string | undefined>
  /** The text of a file, or '' when there is none. */
  read(path: string): string
}

type Detector = (from: Surroundings) => Attributes

/** By the names of `OTEL_NODE_RESOURCE_DETECTORS`. */
const detectors: Readonly<Record<string, Detector>> = { host, os, process: processOf, container, k8s: kubernetes }

export function detectedResource(from: Surroundings = { env: process.env, read: readText }): Attributes {
  const asked = from.env['OTEL_NODE_RESOURCE_DETECTORS']?.split(',').map((name) => name.trim())
  const isAsked = (name: string) => asked === undefined || asked.includes('all') || asked.includes(name)
  const found = Object.entries(detectors).filter(([name]) => isAsked(name))
  return Object.assign({}, ...found.map(([, detect]) => detect(from)))
}

function readText(path: string): string {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function host({ read }: Surroundings): Attributes {
  const id = read('/etc/machine-id').trim() || read('/var/lib/dbus/machine-id').trim()
  return {
    'host.name': process.getBuiltinModule('node:os').hostname(),
    'host.arch': process.arch === 'x64' ? 'amd64' : process.arch,
    'host.id': id === '' ? undefined : id,
  }
}

function os(): Attributes {
  return {
    'os.type': process.platform === 'win32' ? 'windows' : process.platform,
    'os.version': process.getBuiltinModule('node:os').release(),
  }
}

/** Without `process.command_args`: passwords are given that way. */
function processOf(): Attributes {
  return {
    'process.pid': process.pid,
    'process.executable.path': process.execPath,
    'process.executable.name': process.title.split(' ')[0],
    'process.command': process.argv[1],
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  }
}

/**
 * Docker, Podman, containerd and CRI-O name the control group after the container. Where its name is hidden (cgroup v2), Docker and
 * Podman still mount files of a folder of that name. The id in containerd's mounts is not the container's but its pod's sandbox'.
 *
 *     12:pids:/docker/<id>    0::/kubepods.slice/.../cri-containerd-<id>.scope
 *     ... /var/lib/docker/containers/<id>/hostname /etc/hostname ...
 */
function container({ read }: Surroundings): Attributes {
  const id =
    /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?$/m.exec(read('/proc/self/cgroup')) ??
    /\/(?:overlay-)?containers\/([0-9a-f]{64})\//.exec(read('/proc/self/mountinfo'))
  return { 'container.id': id?.[1] }
}

/**
 * The kubelet mounts files of the pod's folder into each of its containers.
 *
 *     ... /var/lib/kubelet/pods/<uid>/etc-hosts /etc/hosts ...
 *     ... /var/lib/kubelet/pods/<uid>/containers/<name>/<8 hex digits> /dev/termination-log ...
 */
function kubernetes({ env, read }: Surroundings): Attributes {
  if (env['KUBERNETES_SERVICE_HOST'] === undefined) return {}
  const mounts = read('/proc/self/mountinfo')
  const namespace = read('/var/run/secrets/kubernetes.io/serviceaccount/namespace').trim()
  return {
    'k8s.pod.uid': /\/pods\/([0-9a-f-]{32,36})\//.exec(mounts)?.[1],
    'k8s.container.name': /\/pods\/[0-9a-f-]{32,36}\/containers\/([^/\s]+)\//.exec(mounts)?.[1],
    'k8s.namespace.name': namespace === '' ? undefined : namespace,
  }
}
