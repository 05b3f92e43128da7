#!/usr/bin/env python3
"""Proves that the simulations have teeth: breaks the code in known ways and expects to be told.

    mutation_check.py SOURCE_DIRECTORY BUILD_DIRECTORY [SEEDS [WORDS]]

Each mutation replaces one piece of text, in a copy of the sources, builds a simulation there and runs it. With
WORDS only those whose description has them.
"""
import pathlib
import shutil
import subprocess
import sys

CELL_MUTATIONS = [
    ("an answer leaves before its commit is durable", "runtime/instance.cpp",
     "gate_, [self = shared_from_this(), answered", "ticket{}, [self = shared_from_this(), answered"),
    ("events that arrived while the object closed run in reverse", "runtime/cell.cpp",
     "auto next = std::move(waiting_.front());\n        waiting_.pop_front();",
     "auto next = std::move(waiting_.back());\n        waiting_.pop_back();"),
    ("an event that arrives while the object closes wakes a second life", "runtime/cell.cpp",
     "    if (state_ == state::asleep && !wake(call)) {",
     "    if ((state_ == state::asleep || state_ == state::closing) && !wake(call)) {"),
    ("an object's place is given up although calls are on their way", "runtime/residency.cpp",
     "found->second.get() != &asleep ||\n        asleep.calls_.load(std::memory_order_acquire) > 0) {",
     "found->second.get() != &asleep) {"),
]

STORAGE_MUTATIONS = [
    ("a commit is acknowledged before it is synced", "storage/commit_log.cpp",
     "        segment_.sync();  // before", "        // before"),
    ("pages reach the file before their record is durable", "storage/object_image_file.cpp",
     "    node_->log->wait_durable(last_end_);\n    open_or_create_file();", "    open_or_create_file();"),
    ("the redo point moves without a sync of the files", "storage/storage_node.cpp",
     "            disk_->sync_everything(root_);\n        } catch", "        } catch"),
    ("segments are removed before their records' archive is durable", "storage/storage_node.cpp",
     "            archived = past_->archive_before(redo);\n",
     "            archived = past_->archive_before(redo);\n            log_->remove_before(archived);\n"),
    ("the redo point moves past what the catalog lacks", "storage/storage_node.cpp",
     "        catalog_->write();\n        move_redo_point(redo);", "        move_redo_point(redo);"),
    ("a file is swapped before its record is durable", "storage/object_image_file.cpp",
     "    node_->log->wait_durable(last_end_);\n    facts_.metadata", "    facts_.metadata"),
    ("the copy of an adopted file is not durable", "storage/history.cpp",
     "        kept->sync();\n", ""),
    ("the log goes on behind an end that is in no disk's keeping", "storage/recovery.cpp",
     "    last->truncate(scan.end_in_segment);\n    last->sync();", ""),
    ("the redo point moves past an object in the middle of a turn", "storage/storage_node.cpp",
     "            if (const auto from = image->redo_from(); from != 0) {", "            if (const auto from = log_position{0}; from != 0) {"),
    # The flush is what another thread may do between the two.
    ("an image is dirty only after its record is appended", "storage/object_image.cpp",
     "    mark_dirty();\n    append(record, first, flush);\n    accept();",
     "    append(record, first, flush);\n    node_->log->flush();\n    mark_dirty();\n    accept();"),
    ("a page enters the overlay as a delta", "storage/page_overlay.cpp",
     "            record.add_image(number, *held.now);", "            record.add_delta(number, page{}, *held.now);"),
    ("a rolled back turn leaves its pages", "storage/object_image.cpp",
     "    overlay_.undo();\n", ""),
    ("a connection keeps the pages of the object before", "storage/object_vfs.cpp",
     '    sqlite3_file_control(database, "main", SQLITE_FCNTL_RESET_CACHE, nullptr);\n', ""),
    ("a connection keeps the layout of a database that was emptied", "storage/connection.cpp",
     "    if (std::exchange(emptied_, false) ||\n", "    if (\n"),
    ("segments are removed before the redo point is durable", "storage/storage_node.cpp",
     "        log_->wait_durable(place.end);\n", ""),
    ("a turn's new file is swapped in without its last pages", "storage/object_image.cpp",
     "at < size(); at += step", "at + step < size(); at += step"),
    ("recovery does not cut files to their size", "storage/file_redo.cpp",
     "file->size() != size) {", "file->size() < size) {"),
]

# What breaks, the program that must notice, its arguments.
PLANS = [
    (CELL_MUTATIONS, "runtime/soak_cells", ["--objects", "60"], "40"),
    (STORAGE_MUTATIONS, "storage/soak_power", [], "200"),
]


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def main():
    source, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    words = sys.argv[4] if len(sys.argv) > 4 else ""
    total = survived = 0
    copy = build / "source"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("build", ".git", ".cache"))
    configured = run(["cmake", "-S", copy, "-B", build / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                      "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DDORMOUSE_BUILD_TRANSPORT=OFF",
                      "-DDORMOUSE_BUILD_EXAMPLES=OFF", "-DDORMOUSE_BUILD_BENCH=OFF"])
    if configured.returncode != 0:
        sys.exit(configured.stderr)
    for mutations, program, arguments, seeds in PLANS:
        seeds = sys.argv[3] if len(sys.argv) > 3 else seeds
        for mutation in (each for each in mutations if words in each[0]):
            total += 1
            survived += not is_caught(mutation, copy, build / "build", [program, "--seeds", seeds, *arguments])
    print(f"{total - survived} of {total} mutations caught")
    sys.exit(1 if survived else 0)


def is_caught(mutation, copy, build, command):
    name, file, found, replaced = mutation
    original = (copy / file).read_text()
    if original.count(found) != 1:
        sys.exit(f"the text of '{name}' stands {original.count(found)} times in {file}")
    (copy / file).write_text(original.replace(found, replaced))
    program = command[0]
    built = run(["cmake", "--build", build, "--target", pathlib.Path(program).name])
    if built.returncode != 0:
        sys.exit(built.stdout)
    try:
        ran = run([build / "tests" / program, *command[1:]], timeout=300)
        caught, said = ran.returncode != 0, (ran.stdout.splitlines() or ["it crashed"])[0]
    except subprocess.TimeoutExpired:
        caught, said = True, "it never ended"
    print(f"{'caught  ' if caught else 'SURVIVED'} {name}: {said if caught else ''}", flush=True)
    (copy / file).write_text(original)
    return caught


if __name__ == "__main__":
    main()
