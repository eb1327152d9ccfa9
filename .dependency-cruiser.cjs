// Who may import whom. Each rule's comment says why, and where to go instead.
// What reaches the workflow bundle through others is judged by .dependency-cruiser.bundle.cjs.

const OUR_CODE =
  '^(domain|config|connectors|store|activities|workflows|server|cli|sandbox|conformance|bench|scripts|test)/';
const WIRING = '^(server|cli|conformance|bench|scripts)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'config-schema-is-a-leaf',
      comment:
        "Everybody reads the shape of the config, so it may depend on zod alone. A vendor's own settings schema lives in its manifest and reaches load.ts through the registry.",
      severity: 'error',
      from: { path: '^config/schema/' },
      to: { pathNot: ['^config/schema/', 'node_modules/zod/'] },
    },
    {
      name: 'domain-is-pure',
      comment:
        'Rules are functions from values to a value, the same in a workflow, a backtest and a test. Pass the clock, the numbers and the config in; do I/O in activities/. Calendars belong in domain/calendar (luxon), CEL in domain/conditions (cel-js).',
      severity: 'error',
      from: { path: '^domain/', pathNot: '^domain/(calendar|conditions)[/.]' },
      to: { pathNot: ['^domain/', '^config/schema/'] },
    },
    {
      name: 'calendar-may-use-luxon-only',
      comment: 'Pure like the rest of domain/; luxon knows the zones. Anything else: see domain-is-pure.',
      severity: 'error',
      from: { path: '^domain/calendar[/.]' },
      to: { pathNot: ['^domain/', '^config/schema/', 'node_modules/luxon/'] },
    },
    {
      name: 'conditions-may-use-cel-only',
      comment: 'Pure like the rest of domain/; cel-js evaluates. Anything else: see domain-is-pure.',
      severity: 'error',
      from: { path: '^domain/conditions[/.]' },
      to: { pathNot: ['^domain/', '^config/schema/', 'node_modules/@marcbachmann/cel-js/'] },
    },
    {
      name: 'domain-knows-config-by-type-only',
      comment:
        'A run-time import would pull zod into every workflow. Use `import type`; parse at the edge (server, cli, activities).',
      severity: 'error',
      from: { path: '^domain/' },
      to: { path: '^config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'connectors-know-no-engine',
      comment:
        "A connector is the only code that knows a vendor's words, and knows nothing else: it uses connectors/kit, domain types and config/schema. What happens with an answer is decided in activities/.",
      severity: 'error',
      from: { path: '^connectors/' },
      to: { path: OUR_CODE, pathNot: ['^connectors/', '^domain/', '^config/schema/', '^sandbox/frame/'] },
    },
    {
      name: 'connectors-know-no-other-vendor',
      comment: 'A vendor must be removable by deleting its folder. What two vendors share moves to connectors/kit.',
      severity: 'error',
      from: { path: '^connectors/(?!kit/)([^/]+)/' },
      to: { path: '^connectors/[^/]+/', pathNot: ['^connectors/$1/', '^connectors/kit/'] },
    },
    {
      name: 'kit-knows-no-vendor',
      comment: 'The kit is what every connector stands on. The list of vendors is connectors/registry.ts.',
      severity: 'error',
      from: { path: '^connectors/kit/' },
      to: { path: '^connectors/', pathNot: '^connectors/kit/' },
    },
    {
      name: 'only-a-twin-uses-the-sandbox',
      comment: 'The client talks to its vendor over HTTP and must not know a simulator when it meets one.',
      severity: 'error',
      from: {
        path: '^connectors/',
        // The scaffold's twin is one in waiting.
        pathNot: ['^connectors/[^/]+/twin', '^connectors/kit/testing/', '^connectors/kit/scaffold/common/twin/'],
      },
      to: { path: '^sandbox/' },
    },
    {
      name: 'only-the-sandbox-uses-a-twin',
      comment: 'Simulators are started by sandbox/, as vendors are: somewhere else.',
      severity: 'error',
      from: { pathNot: ['^sandbox/', '^connectors/[^/]+/twin'] },
      to: { path: '^connectors/[^/]+/twin' },
    },
    {
      name: 'a-twin-stands-alone',
      comment:
        "A twin written with its connector's client, schemas or operations repeats the connector's mistakes, and every test passes. Write it from the vendor's documentation on sandbox/frame; fixtures may be shared.",
      severity: 'error',
      from: { path: '^connectors/([^/]+)/twin' },
      to: {
        path: OUR_CODE,
        pathNot: ['^connectors/$1/twin', '^connectors/$1/fixtures/', '^sandbox/frame/', '^domain/'],
      },
    },
    {
      name: 'store-knows-no-vendor-and-no-engine',
      comment:
        'The store keeps facts, whoever brings them. Vendors are called in activities/, never inside a transaction.',
      severity: 'error',
      from: { path: '^store/' },
      to: { path: ['^(connectors|workflows|activities|sandbox|test)/', WIRING] },
    },
    {
      name: 'activities-do-not-look-up',
      comment: 'Activities are called by workflows and wired by server/. Ids and codes that both need live in domain/.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: ['^(workflows|sandbox|test)/', WIRING] },
    },
    {
      name: 'workflows-are-deterministic',
      comment:
        'Workflow code is replayed from histories: it may use domain/, @temporalio/workflow and nothing with a clock, I/O or randomness of its own. Do the work in an activity and `import type` its signature.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^workflows/', '^domain/', '^activities/', '^config/schema/', 'node_modules/@temporalio/workflow/'],
      },
    },
    {
      name: 'workflows-know-activities-and-config-by-type-only',
      comment:
        'A run-time import would bundle clients and schemas into the workflow sandbox. Use `import type`, and proxies from workflows/activity-profiles.ts.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^(activities|config)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-is-outside',
      comment:
        'The simulators and their checker judge the hub from outside, by what vendors saw. They use the frame, the twins, domain types and the world files of bench/worlds.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: OUR_CODE, pathNot: ['^sandbox/', '^domain/', '^connectors/[^/]+/twin', '^bench/worlds/'] },
    },
    {
      name: 'sandbox-knows-domain-by-type-only',
      comment:
        "A checker that computes with the rules it checks finds them right. Use `import type`, and derive what is expected from the world's labels. The clock is shared: hub and vendors live on one.",
      severity: 'error',
      from: { path: ['^sandbox/', '^connectors/[^/]+/twin'] },
      to: { path: '^domain/', pathNot: '^domain/clock[/.]', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-uses-tests',
      comment: 'test/ is not shipped. What both need moves beside the code it belongs to.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'wiring-is-the-top',
      comment: 'server/ and cli/ start things; whoever needs something of theirs gets it passed in.',
      severity: 'error',
      from: { path: '^(domain|config|connectors|store|activities|workflows|sandbox)/' },
      to: { path: WIRING, pathNot: '^bench/worlds/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or hide a third. Types may point back.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      comment: 'A path that does not exist, or a package that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: require('./.dependency-cruiser.options.cjs'),
};
