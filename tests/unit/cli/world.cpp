// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include "boards/usbip/order_server.h"
#include "boards/usbip/orders.h"
#include "boards/usbip/server.h"
#include "cards.h"
#include "cli/run.h"
#include "image/virtual_program.h"
#include "lab/cards.h"
#include "lab/fleet_files.h"
#include "lab/small_file.h"
#include "parts.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace callbox::cli::tests {

namespace {

namespace fs = std::filesystem;

// The account of nobody in particular, for the files this thread opens; the superuser may open every socket.
class WithoutRights {
public:
    explicit WithoutRights(bool on) : on_(on && ::geteuid() == 0)
    {
        if (on_)
            ::setfsuid(nobody);
    }
    ~WithoutRights()
    {
        if (!on_)
            return;
        ::setfsuid(0);
        ::prctl(PR_SET_DUMPABLE, 1); // the change took it, and the leak checker needs it
    }
    WithoutRights(const WithoutRights&) = delete;
    WithoutRights& operator=(const WithoutRights&) = delete;

private:
    static constexpr uid_t nobody = 65534;
    bool on_;
};

lab::Fleet plan(const std::string& dir, const std::string& programs)
{
    lab::FleetOptions o;
    o.dir = dir;
    o.programs = programs;
    o.country = "us";
    o.boxes = 2;
    return *lab::planFleet(o);
}

struct DaemonsOfALab {
    DaemonsOfALab(RealLoop& loop, const lab::Fleet& fleet, Asked& asked, Health health)
    {
        serve(loop, fleet.exchangeControl(), exchangeAnswers(asked));
        serve(loop, fleet.switchControl(), switchAnswers(asked, health));
        for (const lab::FleetBox& b : fleet.boxes)
            serve(loop, b.control, boxAnswers(b.id, asked, health));
    }
    void serve(RealLoop& loop, const std::string& path, std::vector<control::Route> routes)
    {
        servers.push_back(control::makeHttpServer(loop, Log(), std::move(routes)));
        EXPECT_TRUE(servers.back()->listenUnix(path)) << path;
        paths.push_back(path);
    }
    std::vector<std::unique_ptr<control::HttpServer>> servers;
    std::vector<std::string> paths;
};

// Two virtual cards, in this process: their firmware, their socket for orders and USB/IP. Their time stands still.
struct CardsOfALab {
    CardsOfALab(RealLoop& loop, const std::string& dir) : server(loop, Log(), {&a, &b})
    {
        a.plug(0, b, 0);
        a.plugAnalog(0, b, 0);
        const auto port = server.listen("127.0.0.1", 0);
        orders.emplace(std::vector<usbip::VirtualCard*>{&a, &b}, "card", "127.0.0.1:" + std::to_string(*port));
        control.emplace(loop, Log(), [this](std::string_view order) { return orders->answer(order); });
        EXPECT_TRUE(control->listen(lab::cardsControl(dir)));
    }
    usbip::VirtualCard a{firmware::Personality::card(1).withBank(2, 0), "0000000000000001", "1-1"},
        b{firmware::Personality::card(1).withBank(0, 1), "0000000000000002", "1-2"};
    usbip::Server server;
    std::optional<usbip::Orders> orders; // when the port is known
    std::optional<usbip::OrderServer> control;
};

// For the virtual card that calls flash: files that are right, cut, spoiled, for another card, and one that fails.
void writeFirmware(const std::string& folder)
{
    using namespace firmware;
    const auto keep = [&](const char* name, const OctetBuffer& octets) {
        EXPECT_TRUE(lab::replaceFile(folder + "/" + name, std::string(asText(octets))));
    };
    const OctetBuffer good = image::virtualFile(0x02000000);
    OctetBuffer cut = good, flipped = good;
    cut.resize(good.size() - 100);
    flipped[700] ^= 1;
    keep("card.img", good);
    keep("cut.img", cut);
    keep("flipped.img", flipped);
    keep("fails.img", image::virtualFile(0x03000000, false));
    keep("other.img", *image::makeImage(boot::stm32f405, 1, 0x02000000, image::virtualProgram(1, true)));
}

void replaceAll(std::string& text, const std::string& what, const std::string& by)
{
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

const std::vector<std::pair<std::string, std::string>>& places()
{
    static const std::vector<std::pair<std::string, std::string>> all{
        {"LAB", "/lab"}, {"EMPTY", "/empty"}, {"OUT", "/out"}};
    return all;
}

} // namespace

World::World()
{
    ::setenv("LOGNAME", "technician", 1);
    ::unsetenv("SUDO_USER");
    std::string pattern = (fs::temp_directory_path() / "callbox cli XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::permissions(folder_, fs::perms::owner_all | fs::perms::group_all | fs::perms::others_all);
    for (const char* sub : {"/lab", "/lab/cards", "/empty", "/out", "/bin"})
        fs::create_directory(folder_ + sub);
    for (const char* name : {"callbox", "callboxd", "callbox-switchd", "callbox-virtual-card"}) {
        const std::string program = folder_ + "/bin/" + name;
        EXPECT_TRUE(lab::replaceFile(program, "#!/bin/sh\nexec sleep 1000\n"));
        fs::permissions(program, fs::perms::owner_all);
    }
    const lab::Fleet fleet = plan(path("LAB"), folder_ + "/bin");
    EXPECT_TRUE(lab::writeFleet(fleet));
    const std::vector<lab::Process> processes = lab::fleetProcesses(fleet);
    EXPECT_TRUE(lab::replaceFile(path("LAB") + "/lab.json", lab::describeFleet(fleet, processes).dump(2) + "\n"));
    EXPECT_TRUE(lab::replaceFile(path("OUT") + "/boxes.json", boxesJson().dump()));
    fs::create_directories(path("OUT/machine/proc"));
    EXPECT_TRUE(lab::replaceFile(path("OUT/machine/proc/modules"), "ext4 995328 1 - Live 0x0\ncrc16 12288 1 ext4,\n"));
    const std::string vhci = path("OUT/machine/sys/devices/platform/vhci_hcd.0");
    fs::create_directories(vhci);
    EXPECT_TRUE(lab::replaceFile(vhci + "/attach", ""));
    EXPECT_TRUE(lab::replaceFile(vhci + "/status", "hub port sta spd dev      sockfd local_busid\n"
                                                   "hs  0000 006 002 00010001 000003 1-1\n"
                                                   "hs  0001 004 000 00000000 000000 0-0\n"
                                                   "ss  0015 004 000 00000000 000000 0-0\n"));
    EXPECT_TRUE(lab::replaceFile(path("OUT/dahdi.ini"), "[box]\nid = box7\nstate = " + path("OUT/machine") +
                                                            "\nlock = no\n\n[span trunk1]\nbackend = dahdi\n"
                                                            "span = 0123/1\n"));
    const std::string captured = pcapOf(true);
    EXPECT_TRUE(lab::replaceFile(path("OUT") + "/captured.pcap", captured));
    EXPECT_TRUE(lab::replaceFile(path("OUT") + "/cut.pcap", captured.substr(0, captured.size() - 5)));
    writeFirmware(path("OUT"));
    EXPECT_TRUE(
        lab::replaceFile(path("OUT") + "/call.json",
                         R"({"version":1,"from":"+12125550199","to":"+12125559000","redirecting":"+12125550123"})"));
}

World::~World()
{
    std::error_code ec;
    fs::remove_all(folder_, ec);
}

std::string World::path(const std::string& word) const
{
    for (const auto& [name, place] : places())
        if (word == name || word.starts_with(name + "/"))
            return folder_ + place + word.substr(name.size());
    return word;
}

std::string World::shown(std::string text) const
{
    for (const auto& [name, place] : places())
        replaceAll(text, folder_ + place, name);
    static const std::regex one("(\"pid\": |pid |pids )[0-9]+( [0-9]+)*");
    text = std::regex_replace(text, one, "$1PID");
    static const std::regex list("\"pids\": \\[[0-9,\\s]+\\]");
    text = std::regex_replace(text, list, "\"pids\": [PID]");
    static const std::regex day("\"day\": \"[0-9]+\""); // a change of timing anywhere makes it another
    text = std::regex_replace(text, day, "\"day\": \"DAY\"");
    static const std::regex address("127\\.0\\.0\\.1:[0-9]{4,5}");
    return std::regex_replace(text, address, "127.0.0.1:PORT");
}

Said World::run(const std::vector<std::string>& words, Daemons daemons)
{
    return runWith(words, daemons, 0);
}

Said World::runOnTerminal(const std::vector<std::string>& words, std::size_t width)
{
    return runWith(words, Daemons::answering, width);
}

Said World::runIntoFullDisk(const std::vector<std::string>& words)
{
    diskFull_ = true;
    Said said = runWith(words, Daemons::answering, 0);
    diskFull_ = false;
    return said;
}

Said World::runWith(const std::vector<std::string>& words, Daemons daemons, std::size_t width)
{
    RealLoop loop;
    const DaemonsOfALab answering(loop, plan(path("LAB"), folder_ + "/bin"), asked, health);
    std::optional<CardsOfALab> cards;
    if (words.size() > 1 && words[0] == "lab" && words[1] == "card")
        cards.emplace(loop, path("LAB"));
    if (daemons == Daemons::locked) {
        for (const std::string& socket : answering.paths)
            fs::permissions(socket, fs::perms::none);
        if (cards)
            fs::permissions(lab::cardsControl(path("LAB")), fs::perms::none);
    }
    std::vector<std::string> given;
    given.reserve(words.size());
    for (const std::string& w : words)
        given.push_back(path(w));
    const std::string ofCards = words.size() > 1 && words[0] == "card" ? words[1] : "";
    cardTimePasses = ofCards == "flash" || ofCards == "linetest";
    linesAwake = ofCards == "lines" || ofCards == "linetest";
    std::ostringstream out;
    std::ostringstream err;
    std::ofstream full("/dev/full");
    Terminal terminal{diskFull_ ? static_cast<std::ostream&>(full) : out, err, width > 0, width > 0, width};
    Said said;
    {
        const WithoutRights rights(daemons == Daemons::locked);
        said.exit = cli::run(given, terminal, folder_ + "/bin", loop, readerGone);
    }
    said.out = shown(out.str());
    said.err = shown(err.str());
    return said;
}

} // namespace callbox::cli::tests
