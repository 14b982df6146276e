import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { detectedResource } from './detected-resource.ts'

const id = '3f2a'.repeat(16)
const sandbox = 'b00c'.repeat(16)
const uid = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0'
const mount = (source: string, target: string) =>
  `1203 1180 254:1 ${source} ${target} rw,relatime - ext4 /dev/vda1 rw,discard`

const kubelet = [
  mount(`/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${sandbox}/hostname`, '/etc/hostname'),
  mount(`/var/lib/kubelet/pods/${uid}/etc-hosts`, '/etc/hosts'),
  mount(`/var/lib/kubelet/pods/${uid}/containers/checkout/1a2b3c4d`, '/dev/termination-log'),
].join('\n')

test.each<[string, Record<string, string>, string | undefined]>([
  ['Docker, cgroup v1', { cgroup: `12:pids:/docker/${id}\n11:cpu:/docker/${id}\n` }, id],
  ['Docker, cgroup v2', { mountinfo: mount(`/var/lib/docker/containers/${id}/hostname`, '/etc/hostname') }, id],
  [
    'Podman',
    { mountinfo: mount(`/var/lib/containers/storage/overlay-containers/${id}/userdata/hostname`, '/etc/hostname') },
    id,
  ],
  [
    'containerd',
    { cgroup: `0::/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope\n` },
    id,
  ],
  ['CRI-O', { cgroup: `0::/kubepods.slice/crio-${id}.scope\n` }, id],
  ['Kubernetes, cgroup v1', { cgroup: `11:memory:/kubepods/burstable/pod${uid}/${id}\n` }, id],
  ['containerd, cgroup v2: only its sandbox is told', { cgroup: '0::/\n', mountinfo: kubelet }, undefined],
  ['none', { cgroup: '0::/init.scope\n', mountinfo: mount('/', '/') }, undefined],
])('the id of a container: %s', (_what, files, expected) => {
  const read = (path: string) => files[path.replace('/proc/self/', '')] ?? ''
  expect(detectedResource({ env: {}, read })['container.id']).toBe(expected)
})

test('pod, container and namespace where the kubelet has mounted them', () => {
  const files: Record<string, string> = {
    '/proc/self/mountinfo': kubelet,
    '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'shop\n',
  }
  const read = (path: string) => files[path] ?? ''
  expect(detectedResource({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, read })).toMatchObject({
    'k8s.pod.uid': uid,
    'k8s.container.name': 'checkout',
    'k8s.namespace.name': 'shop',
  })
})

test('OTEL_NODE_RESOURCE_DETECTORS chooses', () => {
  const keys = (asked: string | undefined) => {
    const found = detectedResource({ env: { OTEL_NODE_RESOURCE_DETECTORS: asked }, read: () => 'abc\n' })
    return [...new Set(Object.keys(found).map((key) => key.split('.')[0]))]
  }
  expect(keys(undefined)).toEqual(['host', 'os', 'process', 'container'])
  expect(keys('env, os,host')).toEqual(['host', 'os'])
  expect(keys('none')).toEqual([])
})

test('of this machine: real files, and no value that could not be read', () => {
  const found = detectedResource()
  expect(found).toMatchObject({ 'host.name': hostname(), 'process.pid': process.pid })
  expect(found['host.id']).not.toBe('')
})
