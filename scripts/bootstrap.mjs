// @ts-check
// Makes a fresh clone runnable with nothing but Node and npm: installs packages, finds or makes a Temporal server,
// then hands over to the real program on Node 24. Has no dependencies, because it runs before there are any.
// This file keeps to syntax that old Node versions can read, so that they get the sentence below and not a stack trace.

const MINIMUM_NODE = 20;
const major = Number(process.versions.node.split('.')[0]);

if (major < MINIMUM_NODE) {
  console.error(
    `headroom needs Node ${MINIMUM_NODE} or newer to start; this is Node ${process.versions.node}.\n` +
      'Install a current version from https://nodejs.org/en/download and run the command again.',
  );
  process.exit(1);
} else {
  import('./bootstrap/main.mjs').then(({ main }) => main(process.argv.slice(2)));
}
