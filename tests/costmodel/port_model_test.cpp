// What ports sustain: no less than their bounds, and no more for two mixes together than for one after the other.
#include "costmodel/port_model.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "costmodel/norm.h"
#include "targets/machine_file.h"

using namespace saku;
using features::Instruction;

namespace {

costmodel::PortTable ports_of(const char* name) {
    const auto machine = targets::machine_for_target(name);
    REQUIRE(machine.ok());
    return {*machine, 1};
}

features::InstructionCounts mix_of(std::initializer_list<std::pair<Instruction, double>> counts) {
    features::InstructionCounts mix{};
    for (const auto& [instruction, count] : counts) mix[static_cast<std::size_t>(instruction)] = count;
    return mix;
}

features::InstructionCounts random_mix(std::mt19937& random) {
    features::InstructionCounts mix{};
    for (double& count : mix) {
        if (random() % 3 == 0) count = static_cast<double>(random() % 100) / 4;
    }
    return mix;
}

}  // namespace

TEST_CASE("groups of ports that share no instruction add up by a norm") {
    const costmodel::PortTable ports = ports_of("zen4");
    const costmodel::PortModel& model = ports.at(features::Element::f32, 512);
    // A multiply-add and a load of 512 bits take a cycle each: two passes on two ports.
    const auto fma = mix_of({{Instruction::fma, 24}});
    CHECK(costmodel::port_cycles(model, fma) == 24);
    CHECK(costmodel::sustained_cycles(model, fma, 16) == 24);
    const auto half = mix_of({{Instruction::fma, 24}, {Instruction::load, 12}});
    CHECK(costmodel::port_cycles(model, half) == 24);
    CHECK(costmodel::sustained_cycles(model, half, 16) ==
          doctest::Approx(24 * std::pow(1 + std::pow(0.5, 16), 1.0 / 16)).epsilon(1e-12));
    const auto both = mix_of({{Instruction::fma, 24}, {Instruction::load, 24}});
    CHECK(costmodel::port_cycles(model, both) == 24);
    CHECK(costmodel::sustained_cycles(model, both, 16) == doctest::Approx(24 * std::pow(2, 1.0 / 16)));
    CHECK(costmodel::sustained_cycles(model, both, 2) == doctest::Approx(24 * std::sqrt(2)));
}

TEST_CASE("instructions that share a port are one group") {
    const costmodel::PortTable ports = ports_of("zen4");
    const costmodel::PortModel& model = ports.at(features::Element::f32, 256);
    // Shuffles take pipe 1 or 2, multiply-adds 0 or 1, additions 2 or 3: all hang together.
    const auto all = mix_of({{Instruction::fma, 10}, {Instruction::add, 10}, {Instruction::shuffle, 4}});
    CHECK(costmodel::sustained_cycles(model, all, 16) == costmodel::port_cycles(model, all));
}

TEST_CASE("what is sustained is a norm: no less than any bound, and mixes together take no longer than apart") {
    std::mt19937 random(11);
    for (const char* name : {"zen4", "zen5", "sapphirerapids", "neoverse-n1", "cortex-a72"}) {
        const costmodel::PortTable ports = ports_of(name);
        for (const int bits : {32, 128, 256, 512}) {
            const costmodel::PortModel& model = ports.at(features::Element::f32, bits);
            CHECK(model.group_ends.size() < costmodel::max_port_groups);
            for (int i = 0; i < 200; ++i) {
                const features::InstructionCounts a = random_mix(random);
                const features::InstructionCounts b = random_mix(random);
                features::InstructionCounts sum{};
                for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = a[k] + b[k];
                CAPTURE(name);
                CAPTURE(bits);
                const double apart =
                    costmodel::sustained_cycles(model, a, 16) + costmodel::sustained_cycles(model, b, 16);
                CHECK(costmodel::sustained_cycles(model, sum, 16) <= apart * (1 + 1e-12));
                CHECK(costmodel::sustained_cycles(model, a, 16) >= costmodel::port_cycles(model, a));
                CHECK(costmodel::sustained_cycles(model, a, 16) <=
                      costmodel::port_cycles(model, a) *
                          std::pow(static_cast<double>(model.group_ends.size()), 1.0 / 16) * (1 + 1e-12));
            }
        }
    }
}

TEST_CASE("roots by the first terms of a series are roots") {
    for (const int power : {2, 4, 8, 16, 32, 1024}) {
        for (const double more : {0.0, 1e-12, 1e-8, 1e-5, 9.9e-5, 1.01e-4, 1e-3, 0.5, 4.0}) {
            CAPTURE(power);
            CAPTURE(more);
            const double exact = std::pow(1 + more, 1.0 / power);
            CHECK(std::abs(costmodel::root_near_one(1 + more, power) - exact) <= 2e-13);
        }
    }
}
