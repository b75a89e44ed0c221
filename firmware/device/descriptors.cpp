// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/descriptors.h"

namespace callbox::firmware {

namespace {

// Appends octets and counts them all, whether there is room or not.
class Writer {
public:
    explicit Writer(Buffer out) : out_(out) {}
    template <class... Values> void add(Values... values) { (octet(static_cast<unsigned>(values)), ...); }
    void word(unsigned v) { add(v & 0xff, v >> 8); }
    [[nodiscard]] std::size_t length() const { return length_; }
    void patchWord(std::size_t at, std::size_t v)
    {
        put(at, static_cast<unsigned>(v & 0xff));
        put(at + 1, static_cast<unsigned>(v >> 8));
    }

    void interface(unsigned number, unsigned setting, unsigned endpoints, unsigned cls, unsigned sub, unsigned protocol,
                   unsigned text)
    {
        add(9, usb::interface, number, setting, endpoints, cls, sub, protocol, text);
    }
    void endpoint(unsigned address, unsigned attributes, unsigned size, unsigned interval)
    {
        add(7, usb::endpoint, address, attributes);
        word(size);
        add(interval);
    }

private:
    void octet(unsigned v) { put(length_++, v); }
    void put(std::size_t at, unsigned v)
    {
        if (at < out_.size())
            out_[at] = static_cast<std::uint8_t>(v);
    }
    Buffer out_;
    std::size_t length_ = 0;
};

// Attributes, table 9-13.
constexpr unsigned isoAsynchronous = 0x05, isoFeedback = 0x11, isoImplicit = 0x25, interruptKind = 0x03, bulk = 0x02;

void e1Interface(Writer& w, unsigned port)
{
    const unsigned text = 5 + 2 * port;
    w.interface(port, 0, 1, CARD_CLASS, CARD_SUBCLASS_E1, CARD_PROTOCOL_E1, text);
    w.endpoint(Layout::interrupt(port), interruptKind, CARD_E1_INTERRUPT_SIZE, 4);
    w.interface(port, 1, 4, CARD_CLASS, CARD_SUBCLASS_E1, CARD_PROTOCOL_E1, text + 1);
    w.endpoint(Layout::in(port), isoAsynchronous, CARD_E1_PACKET_MAX, 1);
    w.endpoint(Layout::out(port), isoAsynchronous, CARD_E1_PACKET_MAX, 1);
    w.endpoint(Layout::feedback(port), isoFeedback, CARD_E1_FEEDBACK_SIZE, 3);
    w.endpoint(Layout::interrupt(port), interruptKind, CARD_E1_INTERRUPT_SIZE, 4);
}

// Data IN is what OUT is paced by.
void bankInterface(Writer& w, const Layout& l)
{
    const unsigned text = 5 + 2 * l.e1, size = CARD_BANK_HEADER + CARD_BANK_SAMPLES_MAX * l.bankPorts;
    w.interface(l.bankInterface(), 0, 2, CARD_CLASS, CARD_SUBCLASS_BANK, 0, text);
    w.endpoint(l.bankInterrupt(), interruptKind, CARD_BANK_EVENT_SIZE, 1);
    w.endpoint(l.bankCommand(), bulk, CARD_BANK_COMMAND_SIZE, 0);
    w.interface(l.bankInterface(), 1, 4, CARD_CLASS, CARD_SUBCLASS_BANK, 0, text + 1);
    w.endpoint(l.bankIn(), isoImplicit, size, 1);
    w.endpoint(l.bankOut(), isoAsynchronous, size, 1);
    w.endpoint(l.bankInterrupt(), interruptKind, CARD_BANK_EVENT_SIZE, 1);
    w.endpoint(l.bankCommand(), bulk, CARD_BANK_COMMAND_SIZE, 0);
}

// The GPS receiver's serial line, CDC 1.1 5.2.3; the clock; DFU 1.1 4.1.
void stockRest(Writer& w, unsigned first)
{
    w.interface(first, 0, 1, 0x02, 0x02, 0x00, 9);
    w.add(5, 0x24, 0x00, 0x10, 0x01);      // header: CDC 1.10
    w.add(5, 0x24, 0x01, 0x00, first + 1); // call management: none
    w.add(4, 0x24, 0x02, 0x02);            // line coding and state
    w.add(5, 0x24, 0x06, first, first + 1);
    w.endpoint(Layout::serialInterrupt, interruptKind, 64, 64);
    w.interface(first + 1, 0, 2, 0x0a, 0x00, 0x00, 10);
    w.endpoint(Layout::serialOut, bulk, 64, 0);
    w.endpoint(Layout::serialIn, bulk, 64, 0);
    w.interface(first + 2, 0, 0, CARD_CLASS, CARD_SUBCLASS_E1, CARD_PROTOCOL_CLOCK, 11);
    w.interface(first + 3, 0, 0, 0xfe, 0x01, 0x01, 12);
    w.add(9, 0x21, 0x0d);
    w.word(0);
    w.word(4096);
    w.word(0x0110);
}

std::string_view text(const Personality& p, std::string_view serial, unsigned index)
{
    static constexpr std::string_view ports[] = {"E1 port 0 (disabled)", "E1 port 0", "E1 port 1 (disabled)",
                                                 "E1 port 1"};
    static constexpr std::string_view rest[] = {"GPS (CDC control)", "GPS (CDC data)", "GPS-DO control", "DFU runtime"};
    const std::string_view first[] = {serial, p.manufacturer, p.name, "Main"};
    if (index >= 1 && index <= 4)
        return first[index - 1];
    if (index >= 5 && index < 5 + 2 * p.e1Ports)
        return ports[index - 5];
    if (Layout(p).isBank(p.e1Ports) && index >= 5 + 2 * p.e1Ports && index < 7 + 2 * p.e1Ports)
        return index % 2 ? "Analog bank (disabled)" : "Analog bank";
    if (p.stock && index >= 9 && index <= 12)
        return rest[index - 9];
    return {};
}

} // namespace

std::size_t deviceDescriptor(const Personality& p, Buffer out)
{
    Writer w(out);
    w.add(18, usb::device);
    w.word(0x0200);
    w.add(0, 0, 0, 64);
    w.word(p.vendor);
    w.word(p.product);
    w.word(p.release);
    w.add(2, 3, 1, 1);
    return w.length();
}

std::size_t configurationDescriptor(const Personality& p, Buffer out)
{
    const Layout layout(p);
    Writer w(out);
    w.add(9, usb::configuration, 0, 0, layout.interfaces(), 1, 4, 0x80, 50); // powered by the bus, 100 mA
    for (unsigned port = 0; port < p.e1Ports; ++port)
        e1Interface(w, port);
    if (layout.bankPorts > 0)
        bankInterface(w, layout);
    if (p.stock)
        stockRest(w, p.e1Ports);
    w.patchWord(2, w.length());
    return w.length();
}

std::size_t stringDescriptor(const Personality& p, std::string_view serial, unsigned index, Buffer out)
{
    Writer w(out);
    if (index == 0) { // languages: English (United States)
        w.add(4, usb::string, 0x09, 0x04);
        return w.length();
    }
    const std::string_view s = text(p, serial, index).substr(0, 126);
    if (s.empty())
        return 0;
    w.add(2 + 2 * s.size(), usb::string);
    for (const char c : s)
        w.word(static_cast<unsigned char>(c));
    return w.length();
}

} // namespace callbox::firmware
