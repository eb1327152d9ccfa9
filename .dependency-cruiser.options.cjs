/** How sources are read, for both sets of rules. Tests may import what they like. */
module.exports = {
  // TypeScript 7 has no API to parse with yet; swc tells type-only imports from others without being asked.
  parser: 'swc',
  exclude: { path: '\\.test\\.ts$' },
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
};
