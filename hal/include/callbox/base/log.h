// SPDX-License-Identifier: GPL-2.0-or-later
// Logging: a short constant text, the facts as fields, the folder as category, so that one call can be followed by
// grep:  log.info("answered", {{"call", id}, {"span", name}, {"ts", 7}});
// Numbers go in as PhoneNumber and come out masked; secrets do not fit in a field.
#pragma once
#include <callbox/base/number.h>
#include <callbox/base/time.h>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>

namespace callbox {

enum class Level { debug, info, warning, error };

struct Field {
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const std::string& v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, bool v) : key(k), value(v ? "yes" : "no") {}
    template <class I>
        requires(std::is_integral_v<I> && !std::is_same_v<I, bool>)
    Field(std::string_view k, I v) : key(k), value(std::to_string(v))
    {
    }
    Field(std::string_view k, const PhoneNumber& n) : key(k), value(n.masked()) {}
    Field(std::string_view k, Duration d) : key(k), value(std::to_string(toMs(d)) + "ms") {}
    Field(std::string_view k, const Error& e) : key(k), value(e.what) {}
    std::string key;
    std::string value;
};

struct LogRecord {
    Level level;
    std::string_view category;
    std::string_view text;
    std::span<const Field> fields;
};

// Where records go. Any thread.
class LogSink {
public:
    virtual ~LogSink() = default;
    [[nodiscard]] virtual bool enabled(Level, std::string_view category) const = 0;
    virtual void write(const LogRecord&) = 0;
};

// Handed to a component by value; the sink outlives it. A default one writes nowhere.
class Log {
public:
    Log() = default;
    Log(LogSink& sink, std::string category) : sink_(&sink), category_(std::move(category)) {}
    [[nodiscard]] Log named(std::string category) const
    {
        Log l(*this);
        l.category_ = std::move(category);
        return l;
    }

    void debug(std::string_view text, std::initializer_list<Field> f = {}) const { write(Level::debug, text, f); }
    void info(std::string_view text, std::initializer_list<Field> f = {}) const { write(Level::info, text, f); }
    void warning(std::string_view text, std::initializer_list<Field> f = {}) const { write(Level::warning, text, f); }
    void error(std::string_view text, std::initializer_list<Field> f = {}) const { write(Level::error, text, f); }

private:
    void write(Level level, std::string_view text, std::initializer_list<Field> f) const;
    LogSink* sink_ = nullptr;
    std::string category_;
};

// Lines on standard error: "2026-11-22T14:05:09.123Z info box answered call=17 span=tie1".
std::unique_ptr<LogSink> makeStderrLog(Level least);
// The same lines appended to a file, flushed line by line.
Result<std::unique_ptr<LogSink>> makeFileLog(const std::string& path, Level least);

} // namespace callbox
