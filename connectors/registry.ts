import { file } from './file/index.ts';
import type { Connector } from './kit/connector.ts';
import { mixpanel } from './mixpanel/index.ts';

/** Every connector that config may name. A new one adds a line here. */
export const connectors: Record<string, Connector> = {
  file,
  mixpanel,
};
