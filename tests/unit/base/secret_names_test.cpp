// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/secret_names.h>
#include <gtest/gtest.h>

namespace callbox {

namespace {

TEST(SecretNames, AreKnownHoweverProgramsWriteThem)
{
    for (const char* name :
         {"pin", "PIN", "puk", "sim_pin", "key", "route_key", "Authorization", "api-key", "smtp_password"})
        EXPECT_TRUE(namesSecret(name)) << name;
    for (const char* name : {"spin", "keys", "monkey", "state", "", "pni"})
        EXPECT_FALSE(namesSecret(name)) << name;
}

TEST(SecretNames, OfAPersonAreKnownWithASlip)
{
    for (const char* name : {"pin", "pni", "nip", "Pin", "pn", "pinn", "simpin", "pin:", "route_key"})
        EXPECT_TRUE(mayNameSecret(name)) << name;
    for (const char* name : {"country", "connect", "device", "id", ""})
        EXPECT_FALSE(mayNameSecret(name)) << name;
}

} // namespace

} // namespace callbox
