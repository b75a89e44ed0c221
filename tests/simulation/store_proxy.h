// SPDX-License-Identifier: GPL-2.0-or-later
// A store that passes everything on; a planted bug overrides one thing.
#pragma once
#include "messages/store.h"

namespace callbox::simulation {

class StoreProxy : public messages::Store {
public:
    explicit StoreProxy(std::unique_ptr<messages::Store> real) : real_(std::move(real)) {}
    Task<std::unique_ptr<messages::Draft>> begin(messages::NewMessage m) override { return real_->begin(std::move(m)); }
    Task<messages::Committed> commit(std::unique_ptr<messages::Draft> d, bool cut) override
    {
        return real_->commit(std::move(d), cut);
    }
    Task<> discard(std::unique_ptr<messages::Draft> d) override { return real_->discard(std::move(d)); }
    Task<std::optional<messages::FoundMessage>> find(PhoneNumber link, PhoneNumber recipient) override
    {
        return real_->find(link, recipient);
    }
    Task<std::optional<messages::FoundMessage>> findByCode(PhoneNumber link, std::string code) override
    {
        return real_->findByCode(link, std::move(code));
    }
    Task<hal::SoundPtr> audio(messages::MessageId id) override { return real_->audio(id); }
    Task<> markHeard(messages::RecipientId id) override { return real_->markHeard(id); }
    Task<> keep(messages::RecipientId id) override { return real_->keep(id); }
    Task<> erase(messages::RecipientId id) override { return real_->erase(id); }
    Task<std::vector<messages::MessageRow>> list(messages::MessageFilter f) override { return real_->list(f); }
    Task<messages::MessageRow> show(messages::MessageId id) override { return real_->show(id); }
    Task<OctetBuffer> exportWav(messages::MessageId id) override { return real_->exportWav(id); }
    Task<> remove(messages::MessageId id) override { return real_->remove(id); }
    Task<std::vector<messages::NumberRow>> numbers() override { return real_->numbers(); }
    Task<std::vector<messages::Notice>> take(std::string protocol, std::size_t most) override
    {
        return real_->take(std::move(protocol), most);
    }
    Task<> update(NotificationChange c) override { return real_->update(std::move(c)); }
    Task<> queueNotice(messages::RecipientId id, std::string protocol) override
    {
        return real_->queueNotice(id, std::move(protocol));
    }
    Task<std::vector<messages::Notice>> inState(messages::NotificationState s, std::string protocol) override
    {
        return real_->inState(s, std::move(protocol));
    }
    Task<std::optional<messages::Notice>> byReference(std::string channel, std::uint8_t reference,
                                                      PhoneNumber to) override
    {
        return real_->byReference(std::move(channel), reference, to);
    }
    [[nodiscard]] Outbox outbox() const override { return real_->outbox(); }
    void onQueued(std::function<void()> cb) override { real_->onQueued(std::move(cb)); }
    [[nodiscard]] messages::PoolStatus pool() const override { return real_->pool(); }
    [[nodiscard]] messages::Health health() const override { return real_->health(); }
    Task<> sweep() override { return real_->sweep(); }
    Task<> close() override { return real_->close(); }

protected:
    std::unique_ptr<messages::Store> real_;
};

} // namespace callbox::simulation
