// SPDX-License-Identifier: GPL-2.0-or-later
// Log lines on spdlog: one line a record, fields as key=value, values with blanks quoted.
#include <callbox/base/log.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace callbox {

void Log::write(Level level, std::string_view text, std::initializer_list<Field> f) const
{
    if (!sink_ || !sink_->enabled(level, category_))
        return;
    sink_->write(LogRecord{level, category_, text, std::span<const Field>(f.begin(), f.size())});
}

namespace {

spdlog::level::level_enum toSpdlog(Level level)
{
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

// A value that could break the line or be mistaken for two is quoted; control characters never pass.
void appendValue(std::string& out, const std::string& value)
{
    const bool plain = !value.empty() && value.find_first_of(" \"=\n\r\t") == std::string::npos;
    if (!plain)
        out += '"';
    for (char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        const auto octet = static_cast<unsigned char>(c);
        out += octet < 0x20 || octet == 0x7f ? '?' : c;
    }
    if (!plain)
        out += '"';
}

class SpdlogSink final : public LogSink {
public:
    SpdlogSink(spdlog::sink_ptr sink, Level least) : logger_("", std::move(sink))
    {
        logger_.set_level(toSpdlog(least));
        logger_.flush_on(spdlog::level::debug);
        logger_.set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
        logger_.set_error_handler([](const std::string&) {}); // a full disk must not stop a daemon that logs
    }
    [[nodiscard]] bool enabled(Level level, std::string_view) const override
    {
        return logger_.should_log(toSpdlog(level));
    }
    void write(const LogRecord& r) override
    {
        std::string line(r.category);
        line += ' ';
        line += r.text;
        for (const Field& f : r.fields) {
            line += ' ';
            line += f.key;
            line += '=';
            appendValue(line, f.value);
        }
        logger_.log(toSpdlog(r.level), "{}", line);
    }

private:
    spdlog::logger logger_;
};

} // namespace

std::unique_ptr<LogSink> makeStderrLog(Level least)
{
    return std::make_unique<SpdlogSink>(std::make_shared<spdlog::sinks::stderr_sink_mt>(), least);
}

Result<std::unique_ptr<LogSink>> makeFileLog(const std::string& path, Level least)
{
    try {
        auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
        return std::unique_ptr<LogSink>(std::make_unique<SpdlogSink>(std::move(file), least));
    } catch (const spdlog::spdlog_ex& e) {
        return Error{Errc::io, "opening the log " + path + ": " + e.what()};
    }
}

} // namespace callbox
