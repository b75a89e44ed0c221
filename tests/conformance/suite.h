// SPDX-License-Identifier: GPL-2.0-or-later
// A conformance suite: named cases that hold any implementation of a contract to it. Each case opens with its claim and
// the fault it would catch; for each case there is a broken twin, an implementation with that one fault, which must
// fail exactly that case and pass the rest. checkSubject() holds a good one to all cases, checkTwins() prints the
// matrix.
#pragma once
#include <algorithm>
#include <cstdio>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace callbox::tests {

// Collects what a case finds wrong; a case goes on after a finding.
class Findings {
public:
    bool expect(bool good, std::string what)
    {
        if (!good)
            wrong_.push_back(std::move(what));
        return good;
    }
    [[nodiscard]] bool none() const { return wrong_.empty(); }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::string& w : wrong_)
            all += "\n  " + w;
        return all;
    }

private:
    std::vector<std::string> wrong_;
};

// `Subject` is what a case works on, made anew for each run of a case.
template <class Subject> struct Case {
    std::string name;
    std::string claim;   // what must hold
    std::string catches; // an implementation that would fail it
    std::function<void(Subject&, Findings&)> run;
};

template <class Subject> using Make = std::function<std::unique_ptr<Subject>()>;

template <class Subject> struct Twin {
    std::string breaks; // the name of the one case it must fail
    Make<Subject> make;
};

template <class Subject> Findings runCase(const Case<Subject>& c, const Make<Subject>& make)
{
    Findings f;
    std::unique_ptr<Subject> subject = make();
    c.run(*subject, f);
    return f;
}

template <class Subject> void checkSubject(const std::vector<Case<Subject>>& suite, const Make<Subject>& make)
{
    for (const Case<Subject>& c : suite) {
        const Findings f = runCase(c, make);
        EXPECT_TRUE(f.none()) << c.name << ": " << c.claim << f.text();
    }
}

// Those of the suite's cases: where a subject cannot show a case, its twin has nothing to fail.
template <class Subject>
std::vector<Twin<Subject>> twinsOf(const std::vector<Case<Subject>>& suite, std::vector<Twin<Subject>> twins)
{
    std::erase_if(twins, [&](const auto& t) {
        return std::none_of(suite.begin(), suite.end(), [&](const auto& c) { return c.name == t.breaks; });
    });
    return twins;
}

// Only that each fails its own case: a share of checkTwins() where that takes long.
template <class Subject>
void checkTwinsByTheirOwnCases(const std::vector<Case<Subject>>& suite, const std::vector<Twin<Subject>>& twins)
{
    for (const Case<Subject>& c : suite) {
        const auto twin = std::find_if(twins.begin(), twins.end(), [&](const auto& t) { return t.breaks == c.name; });
        if (twin == twins.end())
            ADD_FAILURE() << "no broken twin for " << c.name;
        else
            EXPECT_FALSE(runCase(c, twin->make).none()) << "the twin that breaks " << c.name << " passes it";
    }
}

template <class Subject>
void checkTwins(const std::vector<Case<Subject>>& suite, const std::vector<Twin<Subject>>& twins)
{
    std::size_t width = 0;
    for (const Case<Subject>& c : suite)
        width = std::max(width, c.name.size());
    std::printf("%-*s  passes (.) or fails (X) case 1..%zu\n", int(width), "broken twin", suite.size());
    for (const Case<Subject>& c : suite)
        EXPECT_TRUE(std::any_of(twins.begin(), twins.end(), [&](const auto& t) { return t.breaks == c.name; }))
            << "no broken twin for " << c.name;
    for (const Twin<Subject>& twin : twins) {
        std::string row;
        for (const Case<Subject>& c : suite) {
            const Findings f = runCase(c, twin.make);
            row += f.none() ? '.' : 'X';
            EXPECT_EQ(f.none(), c.name != twin.breaks)
                << "the twin that breaks " << twin.breaks << (f.none() ? " passes " : " fails ") << c.name << f.text();
        }
        std::printf("%-*s  %s\n", int(width), twin.breaks.c_str(), row.c_str());
    }
}

} // namespace callbox::tests
