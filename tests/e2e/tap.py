"""How the end-to-end tests say what holds: a line a check, as TAP has it."""

FAILED = []


def check(name, good, why=""):
    print(f"{'ok' if good else 'not ok'} - {name}", flush=True)
    if good:
        return
    FAILED.append(name)
    for line in str(why).splitlines():
        print(f"# {line}", flush=True)


def check_sentences(name, wrong):
    """wrong: sentences on what is; an empty list is good."""
    check(name, not wrong, "\n".join(map(str, wrong)))


def skip(name, why):
    print(f"skip - {name}: {why}", flush=True)
