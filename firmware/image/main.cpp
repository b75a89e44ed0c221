// SPDX-License-Identifier: GPL-2.0-or-later
// callbox-firmware-image: a file for `callbox card flash` out of a program for each slot. Wiring only.
#include "image/virtual_program.h"
#include <boost/program_options.hpp>
#include <callbox/base/files.h>
#include <fmt/format.h>
#include <iostream>

namespace {

using namespace callbox;
using namespace callbox::firmware;
namespace po = boost::program_options;

struct Options {
    std::string hardware, version, out;
    std::vector<std::string> programs;
    bool fails = false;
};

int failed(int exit, const std::string& why)
{
    std::cerr << "callbox-firmware-image: " << why << (exit == 2 ? "; see --help\n" : "\n");
    return exit;
}

Result<OctetBuffer> contents(Files& files, const std::string& path)
{
    const auto file = files.open(path, OpenMode::read);
    if (!file)
        return file.error();
    const auto size = (*file)->size();
    if (!size)
        return size.error();
    if (*size > boot::stm32f405.slots[0].size)
        return Error{Errc::invalid, fmt::format("{}: {} octets are more than any slot has", path, *size)};
    OctetBuffer out(*size);
    const auto n = (*file)->read(0, out);
    if (!n)
        return n.error();
    out.resize(*n);
    return out;
}

Result<OctetBuffer> made(Files& files, const Options& o, const boot::Part& part, std::uint32_t version)
{
    if (o.programs.empty())
        return image::virtualFile(version, !o.fails);
    OctetBuffer out;
    for (unsigned slot = 0; slot < o.programs.size(); ++slot) {
        auto program = contents(files, o.programs[slot]);
        if (!program)
            return program.error();
        const auto one = image::makeImage(part, slot, version, std::move(*program));
        if (!one)
            return one.error().because(o.programs[slot]);
        out.insert(out.end(), one->begin(), one->end());
    }
    return out;
}

Result<void> written(Files& files, const std::string& path, Octets octets)
{
    const auto file = files.open(path, OpenMode::create);
    if (!file)
        return file.error();
    if (auto r = (*file)->truncate(0); !r)
        return r;
    return (*file)->write(0, octets);
}

int run(const Options& o)
{
    const auto part = image::partNamed(o.hardware);
    if (!part)
        return failed(2, part.error().what);
    const auto version = image::versionFrom(o.version);
    if (!version)
        return failed(2, version.error().what);
    const bool isVirtual = part->hardware == boot::virtualCard.hardware;
    if (o.programs.size() != (isVirtual ? 0U : 2U) || (o.fails && !isVirtual))
        return failed(2, isVirtual ? "a virtual card's programs are made here: name none"
                                   : "two programs are wanted, for the first slot and for the second one");
    const auto files = makeSystemFiles();
    const auto image = made(*files, o, *part, *version);
    if (!image)
        return failed(1, image.error().what);
    if (auto r = written(*files, o.out, *image); !r)
        return failed(1, r.error().what);
    std::cout << fmt::format("{}: version {} for {}, {} octets\n", o.out, image::versionText(*version), o.hardware,
                             image->size());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Options o;
    po::options_description all("callbox-firmware-image --hardware CARD --version V --out FILE [PROGRAM PROGRAM]: a "
                                "file for callbox card flash");
    all.add_options()("help", "this text")("hardware", po::value(&o.hardware)->required(), "stm32f405, or virtual")(
        "version", po::value(&o.version)->required(), "MAJOR.MINOR.PATCH[.BUILD]")("out", po::value(&o.out)->required(),
                                                                                   "the file to be written")(
        "program", po::value(&o.programs), "memory images, linked for the first slot and for the second one")(
        "fails", po::bool_switch(&o.fails), "virtual: one that does not start, to see the card fall back");
    po::positional_options_description places;
    places.add("program", 2);
    po::variables_map given;
    try {
        po::store(po::command_line_parser(argc, argv).options(all).positional(places).run(), given);
        if (given.count("help")) {
            std::cout << all;
            return 0;
        }
        po::notify(given);
    } catch (const po::error& e) {
        return failed(2, e.what());
    }
    return run(o);
}
