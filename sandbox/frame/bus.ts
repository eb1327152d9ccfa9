import type { SandboxEventName, SandboxEvents } from './types.ts';

/** What happens at one vendor and concerns others. A listener that fails does not stop the next one. */
export interface Bus {
  emit: <N extends SandboxEventName>(name: N, event: SandboxEvents[N]) => void;
  on: <N extends SandboxEventName>(name: N, listen: (event: SandboxEvents[N]) => void) => void;
}

type Listeners = { [N in SandboxEventName]: ((event: SandboxEvents[N]) => void)[] };

export function createBus(log: (line: string) => void): Bus {
  const listeners: Listeners = {
    'mail.delivered': [],
    'chat.message': [],
    'crm.task': [],
    'prompt.seen': [],
    'billing.plan_changed': [],
  };
  return {
    emit: (name, event) => {
      for (const listen of listeners[name]) {
        try {
          listen(event);
        } catch (error) {
          log(`a listener of ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
    on: (name, listen) => {
      listeners[name].push(listen);
    },
  };
}
