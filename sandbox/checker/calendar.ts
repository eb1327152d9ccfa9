import type { JudgeConfig } from './types.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function local(ms: number, zone: string): { weekend: boolean; minutes: number } {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(ms).map((part) => [part.type, part.value]));
  const weekday = parts.get('weekday');
  return {
    weekend: weekday === 'Sat' || weekday === 'Sun',
    minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

export function isQuiet(ms: number, zone: string, quiet: JudgeConfig['quietHours']): boolean {
  const { weekend, minutes } = local(ms, zone);
  if (weekend && quiet.weekends) return true;
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}
