// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.h"
#include <boost/program_options.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace callbox::daemon {

namespace {

namespace po = boost::program_options;

Result<void> tellAddress(const std::filesystem::path& folder, const std::string& address)
{
    const auto path = folder / "http.address";
    const auto fresh = folder / "http.address.new";
    std::ofstream out(fresh, std::ios::trunc);
    out << address << "\n";
    out.close();
    std::error_code ec;
    std::filesystem::rename(fresh, path, ec);
    if (!out || ec)
        return Error{Errc::io, "writing " + path.string() + (ec ? ": " + ec.message() : "")};
    return {};
}

} // namespace

std::variant<Read, int> readCommandLine(int argc, char** argv, const Program& program)
{
    std::signal(SIGPIPE, SIG_IGN);
    po::options_description options(program.name + ": " + program.does);
    options.add_options()("config", po::value<std::string>(), "the configuration file")("help", "this text");
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, options), given);
    } catch (const po::error& e) {
        std::cerr << program.name << ": " << e.what() << "\n" << options;
        return 2;
    }
    if (given.contains("help")) {
        std::cout << options;
        return 0;
    }
    if (!given.contains("config")) {
        std::cerr << program.name << ": --config FILE is needed\n" << options;
        return 2;
    }
    Read read;
    auto document = ini::load(given["config"].as<std::string>(), read.problems);
    if (!document) {
        std::cerr << program.name << ": " << document.error().what << "\n";
        return 1;
    }
    read.document = std::move(*document);
    return read;
}

Result<void> listen(control::HttpServer& server, const std::string& control, const std::string& http,
                    const std::string& folder)
{
    std::error_code none; // whoever listens says what is wrong with the folder
    std::filesystem::create_directory(std::filesystem::path(control).parent_path(), none);
    if (auto r = server.listenUnix(control); !r)
        return r;
    if (http.empty())
        return {};
    const auto address = server.listenTcp(http);
    if (!address)
        return address.error();
    return tellAddress(folder, *address);
}

} // namespace callbox::daemon
