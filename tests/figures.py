#!/usr/bin/env python3
"""Prints how long files and functions are, and how many have one caller.

figures.py [DIR] counts the .c files of src and cmd.  A helper here is a static
function that is called in one place and is not taken as a pointer; its lines
are those from its name to its last brace.  With -v each helper of at most
SHORT lines is named."""
import collections
import pathlib
import re
import sys

SHORT = 12
# Gates, in percent of all functions.
MOST_SHORT, MOST_ONE_CALLER = 8, 28

DEFINITION = re.compile(r"^([a-z_][a-z0-9_]*)\(", re.M)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def without_comments(text):
    """The code alone, line for line."""
    def blank(match):
        found = match.group(0)
        return found if found[0] not in "/\"'" else \
            re.sub(r"[^\n]", " ", found)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'
                  r"'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def functions_of(path):
    """(name, lines, is_static, calls, uses) of each function of a file."""
    code = without_comments(path.read_text())
    lines = code.split("\n")
    uses = collections.Counter(WORD.findall(code))
    calls = collections.Counter(
        re.findall(r"([A-Za-z_][A-Za-z0-9_]*)\(", code))
    for number, line in enumerate(lines):
        match = DEFINITION.match(line)
        if not match or number == 0:
            continue
        head = number
        while head < len(lines) and not lines[head].endswith((";", ")")):
            head += 1
        if head + 1 >= len(lines) or lines[head + 1] != "{":
            continue
        end = lines.index("}", head + 1)
        name = match.group(1)
        declared = len(re.findall(rf"^{name}\([^{{}}]*?\);", code, re.M))
        before = next(lines[k] for k in range(number - 1, -1, -1)
                      if lines[k].strip())
        yield (name, end - number + 1, before.startswith("static"),
               calls[name] - 1 - declared, uses[name] - 1 - declared)


def main():
    arguments = [word for word in sys.argv[1:] if word != "-v"]
    top = pathlib.Path(arguments[0] if arguments else
                       pathlib.Path(__file__).parent.parent)
    files = sorted(top.glob("src/*/*.c")) + sorted(top.glob("cmd/*.c"))
    every, one, short, total = 0, 0, [], 0
    lengths = []
    for path in files:
        total += path.read_text().count("\n")
        for name, size, is_static, calls, uses in functions_of(path):
            every += 1
            lengths.append(size)
            if not is_static or calls != 1 or uses != 1:
                continue
            one += 1
            if size <= SHORT:
                short.append(f"{path.relative_to(top)}: {name}: {size}")
    lengths.sort()
    if "-v" in sys.argv:
        print("\n".join(short))
    short_share, one_share = 100 * len(short) / every, 100 * one / every
    print(f"# {total} lines of .c in {len(files)} files, {every} functions: "
          f"median {lengths[every // 2]} lines, nine of ten at most "
          f"{lengths[every * 9 // 10]}")
    for share, most, what in (
            (short_share, MOST_SHORT,
             f"are helpers of at most {SHORT} lines with one caller"),
            (one_share, MOST_ONE_CALLER, "are static with one caller")):
        word = "ok" if share <= most else "not ok"
        print(f"{word} - {share:.1f} % of all functions {what}, "
              f"at most {most} %")
    return short_share > MOST_SHORT or one_share > MOST_ONE_CALLER


sys.exit(main())
