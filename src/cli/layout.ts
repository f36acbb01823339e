import { textWidth } from "./terminal.ts";

/** Screens are laid out for this width, whatever the terminal has; only names may make a line longer. */
export const screenWidth = 80;

/** `left` and `right` on one line that ends at the screen's edge; two spaces apart where that is too narrow. */
export function spread(left: string, right: string): string {
  return `${left}${" ".repeat(Math.max(screenWidth - textWidth(left) - textWidth(right), 2))}${right}`.trimEnd();
}

/** True when both fit on one line of the screen. */
export function fits(left: string, right: string): boolean {
  return textWidth(left) + 2 + textWidth(right) <= screenWidth;
}

interface Wrapping {
  /** Stands before the first item; further lines are indented by its width. */
  readonly lead: string;
  /** Columns that the caller will put in front of every line. */
  readonly indent: number;
}

interface ListParts extends Wrapping {
  readonly separator: string;
}

/** A sentence behind a lead, broken between words. Not for commands, which are pasted. */
export function wordLines(text: string, wrapping: Wrapping): readonly string[] {
  return listLines(text.split(" "), { ...wrapping, separator: " " });
}

/** Items behind a lead, on as many lines as the screen's width asks for; an item is never broken. */
export function listLines(items: readonly string[], { lead, separator, indent }: ListParts): readonly string[] {
  const lines: string[] = [];
  let line = lead;
  let isEmpty = true;
  for (const item of items) {
    const next = isEmpty ? `${line}${item}` : `${line}${separator}${item}`;
    // A separator may follow at the line's end.
    if (!isEmpty && indent + textWidth(next) + separator.trimEnd().length > screenWidth) {
      lines.push(`${line}${separator.trimEnd()}`);
      line = " ".repeat(textWidth(lead)) + item;
    } else line = next;
    isEmpty = false;
  }
  return isEmpty ? [] : [...lines, line];
}

/** The first items that fit on one line of the screen, at least one. */
export function fitting(items: readonly string[], separator: string, room: number): readonly string[] {
  let width = 0;
  const count = items.findIndex((item, index) => {
    width += textWidth(item) + (index === 0 ? 0 : separator.length);
    return index > 0 && width > room;
  });
  return count === -1 ? items : items.slice(0, count);
}
