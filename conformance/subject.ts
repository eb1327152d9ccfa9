import type { Conformance } from '../connectors/kit/conformance.ts';
import type { Connector } from '../connectors/kit/connector.ts';
import type { MakeTwin } from '../sandbox/frame/types.ts';

/** What is put to the test: a connector, its simulator, and its samples. */
export interface Subject {
  /** The connector's name in config. */
  name: string;
  /** Its key among the `subjects` of `module`. */
  key: string;
  connector: Connector;
  /** Null: it reads no vendor over the network. */
  twin: MakeTwin | null;
  conformance: Conformance;
  /** URL of the module that exports it among its `subjects`: a process of its own imports it again. */
  module: string;
}
