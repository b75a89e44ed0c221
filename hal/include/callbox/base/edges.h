// SPDX-License-Identifier: GPL-2.0-or-later
// Every edge of a Callbox process: what it gets from outside and cannot compute itself. A simulation replaces
// these and nothing else; code above them is the shipped code, whatever world it runs in.
//
//   edge         header               real                       simulated
//   time         base/loop.h          RealLoop                   SimLoop
//   chance       base/random.h        makeSystemRandom           makeSeededRandom
//   disk         base/files.h         makeSystemFiles            SimFiles
//   blocking     base/executor.h      makeThreadExecutor         makeSimExecutor
//   spans        hal/span_io.h        backends (virtual, ...)    virtual inside one process
//   modems       hal/modem_io.h       serial port                the emulator's bytes, in process
//   fleet        (service) fleet link HTTP on the box            a function call with a delay
#pragma once
#include <callbox/base/executor.h>
#include <callbox/base/files.h>
#include <callbox/base/log.h>
#include <callbox/base/loop.h>
#include <callbox/base/random.h>

namespace callbox {

// What nearly every component needs, lent together; all outlive whoever holds it.
struct Edges {
    Loop& loop;
    Random& random;
    Files& files;
    Executor& disk; // the one queue for durable work
    Log log;
};

} // namespace callbox
