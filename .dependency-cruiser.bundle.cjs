// What the workflow bundle pulls in at run time, directly or through others: cruise workflows/ alone.

const { doNotFollow, ...options } = require('./.dependency-cruiser.options.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'workflows-reach-no-calendar-and-no-conditions',
      comment:
        'luxon reads the zone data of its process and cel-js is large: replayed on another worker the first may differ, and every cached run pays for the second. Compute dates and conditions in the activity that loads the context, and pass the result in.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: ['node_modules/(luxon|@marcbachmann/cel-js|zod)/', '^domain/(calendar|conditions)[/.]'],
        reachable: true,
      },
    },
    {
      name: 'workflows-reach-no-io',
      comment:
        'Nothing in the bundle may touch the machine: replay would see another world. Move the caller to activities/.',
      severity: 'error',
      from: { path: '^(workflows|domain)/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: { ...options, doNotFollow: { ...doNotFollow, dependencyTypes: ['type-only'] } },
};
