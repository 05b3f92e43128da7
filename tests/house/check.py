"""check.py <layering|function_length|names|parity> <root>: prints problems, exits 1 if any."""
import importlib
import sys


def main():
    problems = importlib.import_module(sys.argv[1]).check(sys.argv[2])
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
