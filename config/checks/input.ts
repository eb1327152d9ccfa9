import type { Manifest } from '../../connectors/kit/connector.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Environment } from '../secrets.ts';
import type { YamlSource } from '../source/yaml-source.ts';

/** The connectors there are, by name. Server and CLI hand it in, so that config needs no vendor's code. */
export type Registry = Readonly<Record<string, Manifest>>;

/**
 * What checks look at: the data as written. They run whether or not the schema liked all of it, so that one mistake
 * hides no other; hence `sections.ts` to read it carefully.
 */
export interface CheckInput {
  source: YamlSource;
  data: unknown;
  connectors: Registry;
  env: Environment;
  /** For `file:` references. */
  dir: string;
  jsonSchema: JsonSchema;
}
