"""No function is longer than 70 lines.

Braces are counted, not C++ parsed. The text before an opening brace (the "head", back to the last
`;`, `{` or `}`) says what it opens: a namespace or class, whose inside is looked at; a function,
when the head has a parameter list; else an initialiser, looked into because it may hold lambdas.

Exempt is what clang-tidy is told to exempt: NOLINTNEXTLINE(readability-function-size) before the head.
"""
import re

import sources

LINES_MAX = 70
NOISE = re.compile(r"\[\[[^\]]*\]\]|\b(?:alignas|__attribute__|decltype|noexcept|explicit)\s*\((?:[^()]|\([^()]*\))*\)")
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$")


def without_template_heads(head):
    """Drops `template <...>`, whose `class` and parentheses would mislead."""
    while True:
        found = re.search(r"\btemplate\s*<", head)
        if not found:
            return head
        depth, position = 1, found.end()
        while position < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[position], 0)
            position += 1
        head = head[:found.start()] + head[position:]


def opens_function(head):
    head = NOISE.sub(" ", without_template_heads(head)).strip()
    return "(" in head and not SCOPE.search(head) and not head.endswith("=")


def functions(text):
    """(first line, lines, head) of each outermost function."""
    code = sources.code(text)
    stack, head, line = [], "", 1   # stack: (head, line) of open braces outside functions
    depth, start = 0, None          # inside a function: open braces, (head, line)
    for position, char in enumerate(code):
        if char == "\n":
            line += 1
        if depth:
            depth += {"{": 1, "}": -1}.get(char, 0)
            if depth == 0:
                yield start[1], line - start[1], start[0].strip()
                head = continued(start[0], code, position)
        elif char == "{":
            if opens_function(head):
                depth, start = 1, (head, line)
            else:
                stack.append(head)
                head = ""
        elif char == "}":
            outer = stack.pop() if stack else ""
            head = continued(outer, code, position)
        else:
            head = "" if char == ";" else head + char


def continued(head, code, position):
    """The head after a closing brace: a member initialiser `a_{a}` goes on, anything else ends."""
    following = code[position + 1:position + 200].lstrip()[:1]
    return head + "{}" if following in (",", "{", ")", ".") else ""


def exempt(text, line, head):
    first = line - head.count("\n")
    return any("NOLINTNEXTLINE(readability-function-size)" in above for above in text.split("\n")[max(0, first - 3):line])


def check(root):
    problems = []
    for path in sources.cpp_files(root):
        text = path.read_text()
        for line, length, head in functions(text):
            if length > LINES_MAX and not exempt(text, line, head):
                name = " ".join(head.split())[-60:]
                problems.append(f"{path}:{line}: {length} lines, at most {LINES_MAX}: {name}")
    return problems
