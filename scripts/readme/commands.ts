const BLOCK = /^```sh headroom:run\n([\s\S]*?)^```$/gm;
const ANSWER = '# → ';

export interface ReadmeCommand {
  command: string;
  /** What its output must contain: the lines `# → …` below it. */
  answers: string[];
}

/** The commands of a page that are marked to be run, one a line, in order. Other comments are left out. */
export function commandsOf(markdown: string): ReadmeCommand[] {
  const commands: ReadmeCommand[] = [];
  const blocks = [...markdown.matchAll(BLOCK)].map((match) => match[1] ?? '');
  for (const line of blocks.flatMap((block) => block.split('\n')).map((one) => one.trim())) {
    if (line.startsWith(ANSWER)) commands.at(-1)?.answers.push(line.slice(ANSWER.length));
    else if (line !== '' && !line.startsWith('#')) commands.push({ command: line, answers: [] });
  }
  return commands;
}
