// Who may import whom: errors <- contact <- {numbers, ivr, acd, workforce, metrics: never each other} <- site <- engine <- {adapters, sim} <- main.

const pureRooms = '(numbers|ivr|acd|workforce|metrics)';

/** A room and what it may not import, as one rule. */
const room = (name, from, notTo, comment) => ({ name, severity: 'error', comment, from, to: notTo });

module.exports = {
  forbidden: [
    room('no-circle', {}, { circular: true }, 'A circle is one module in two files.'),
    room('nothing-unresolved', {}, { couldNotResolve: true }, 'An import that cannot be found.'),
    room('errors-import-nothing', { path: '^src/errors\\.ts$' }, { path: '^src/' }, 'errors is the ground.'),
    room(
      'contact',
      { path: '^src/contact/' },
      { path: '^src/', pathNot: '^src/(errors\\.ts$|contact/)' },
      'contact imports errors alone.',
    ),
    room(
      'pure-rooms',
      { path: `^src/${pureRooms}/` },
      { path: '^src/', pathNot: '^src/(errors\\.ts$|contact/|$1/)' },
      'numbers, ivr, acd, workforce and metrics import errors and contact, never each other.',
    ),
    room(
      'site',
      { path: '^src/site/' },
      { path: '^src/', pathNot: `^src/(errors\\.ts$|contact/|${pureRooms}/|site/)` },
      'site imports the pure rooms.',
    ),
    room(
      'engine',
      { path: '^src/engine/' },
      { path: '^src/', pathNot: `^src/(errors\\.ts$|contact/|${pureRooms}/|site/|engine/)` },
      'engine imports the pure rooms and reaches the world through ports.ts.',
    ),
    room(
      'adapters-apart',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
      'Adapters never import each other.',
    ),
    room(
      'adapters-not-up',
      { path: '^src/adapters/' },
      { path: '^src/(main|config)\\.ts$|^src/sim/' },
      'Adapters are led by main.',
    ),
    room(
      'sim',
      { path: '^src/sim/' },
      { path: '^src/(main|config)\\.ts$|^src/adapters/(?!memory/)' },
      'The simulator runs engine and core on memory adapters.',
    ),
    room('main-without-sim', { path: '^src/main\\.ts$' }, { path: '^src/sim/' }, 'main never imports sim.'),
    room(
      'config-by-main',
      { path: '^src/(?!main\\.ts$)' },
      { path: '^src/config\\.ts$' },
      'config is read by main alone.',
    ),
    room(
      'web-types-only',
      { path: '^src/web/' },
      { path: '^src/', pathNot: '^src/web/', dependencyTypesNot: ['type-only'] },
      'The pages share nothing with the service but types: its code does not run in a browser.',
    ),
    room(
      'web-apart',
      { path: '^src/(?!web/)' },
      { path: '^src/web/' },
      'The service knows nothing of the pages; it serves their files.',
    ),
    room('src-alone', { path: '^src/' }, { path: '^(test|scripts)/' }, 'src stands on its own.'),
    room(
      'pure-without-node',
      { path: `^src/(contact|${pureRooms}|site|engine)/` },
      { dependencyTypes: ['core'] },
      'The core and the engine import nothing of Node.',
    ),
    room('no-test-imported', { pathNot: '^test/' }, { path: '^test/' }, 'Nobody imports a test.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|scripts)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
