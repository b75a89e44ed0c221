// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/log.h>
#include <string>

namespace callbox::tests {

// A log that a test reads: a line a record, "text key=value ...", of every level.
class KeptLog final : public LogSink {
public:
    [[nodiscard]] bool enabled(Level, std::string_view) const override { return true; }
    void write(const LogRecord& r) override
    {
        text += std::string(r.text);
        for (const Field& f : r.fields)
            text += " " + f.key + "=" + f.value;
        text += '\n';
    }
    std::string text;
};

} // namespace callbox::tests
