// SPDX-License-Identifier: GPL-2.0-or-later
// The command line in a world of its own: a folder, in it a small lab's lab.json and configurations as lab up writes
// them, and daemons on the lab's sockets that answer from answers.h. Each run is the whole tool, from words to exit
// code.
#pragma once
#include "answers.h"
#include <functional>
#include <string>
#include <vector>

namespace callbox {
class RealLoop;
}

namespace callbox::cli::tests {

struct Said {
    int exit = -1;
    std::string out, err;
};

enum class Daemons {
    answering,
    locked, // their sockets are not ours to open
};

class World {
public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // Words are given and answers come back with LAB (the lab's folder), EMPTY (one without a lab) and OUT (for files)
    // instead of the paths, and process numbers as PID.
    Said run(const std::vector<std::string>& words, Daemons = Daemons::answering);
    // The same on a person's terminal, so wide.
    Said runOnTerminal(const std::vector<std::string>& words, std::size_t width);

    // The same, and what it says goes to a disk that is full.
    Said runIntoFullDisk(const std::vector<std::string>& words);

    [[nodiscard]] std::string path(const std::string& word) const; // "OUT/a.wav" as a path
    [[nodiscard]] std::string shown(std::string text) const;       // paths as words
    Asked asked;                                                   // of the daemons
    std::function<bool()> readerGone;                              // who reads the output has left
    Health health = Health::mixed;

private:
    Said runWith(const std::vector<std::string>& words, Daemons, std::size_t width);
    std::string folder_;
    bool diskFull_ = false;
};

} // namespace callbox::cli::tests
