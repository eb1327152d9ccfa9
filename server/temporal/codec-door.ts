import type { KeyRing } from '../../store/index.ts';
import type { CodecDoor } from '../http/codec.ts';
import { sealingCodec } from './codec.ts';

/**
 * Who may have payloads opened over HTTP: the web UI that `up` starts itself, and the one that HEADROOM_CODEC_ORIGIN
 * names. Null, unless one of them is there.
 */
export function codecDoor(ring: KeyRing, own: { origins: string[]; secret: string } | undefined): CodecDoor | null {
  const named = process.env.HEADROOM_CODEC_ORIGIN;
  if (named !== undefined && named !== '' && (!URL.canParse(named) || new URL(named).origin !== named)) {
    throw new Error(`HEADROOM_CODEC_ORIGIN is no origin, such as https://temporal.example.com: ${named}`);
  }
  const origins = [...(own?.origins ?? []), ...(named ? [named] : [])];
  return origins.length === 0 ? null : { codec: sealingCodec(ring), origins, secret: own?.secret ?? null };
}
