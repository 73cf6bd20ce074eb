/** Room for all that is ever made: nobody ends what lies on a node. */
const room = { cpu: '1000', memory: '4Ti', 'ephemeral-storage': '4Ti', pods: '10000' };

/** A machine in a zone of its own, whose kubelet answers on a port of the loopback when one is given. */
export const standInNode = (number: number, kubeletPort?: number): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${number}`,
    labels: {
      'kubernetes.io/hostname': `node-${number}`,
      'topology.kubernetes.io/zone': `zone-${number}`,
    },
  },
  status: {
    allocatable: room,
    capacity: room,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: 'made by a test' }],
    ...(kubeletPort && {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    }),
  },
});

/** Where a claim finds room, as whatever makes volumes in a cluster would have it. */
export const standInVolume = (number: number): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `volume-${number}` },
  spec: {
    capacity: { storage: '1Ti' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/nowhere' },
  },
});

/** What sends questions for metrics to a port of the loopback. */
export const metricsServerOn = (port: number): readonly object[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'metrics-server', namespace: 'kube-system' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: 'metrics-server', namespace: 'kube-system', port },
    },
  },
];
