// What must hold for any machine and any nest: more hardware never makes a nest slower, and nothing beats the limits.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "ir/walk.h"
#include "schedules/schedule.h"
#include "tests/costmodel/pricing.h"

namespace saku::tests {

namespace {

using targets::Machine;

struct Sample {
    std::string what;
    features::LoopTable table;
    double flops = 0;
    double bytes = 0;  ///< of the arguments that the nest touches, all of them
};

std::int64_t pick(Random& random, const std::vector<std::int64_t>& values) {
    return values[static_cast<std::size_t>(random.below(values.size()))];
}

Sample sample_of(const std::string& op_text, const std::string& steps) {
    const ir::Operator op = value_of(frontends::operator_from(op_text));
    const auto schedule = value_of(schedules::schedule_from_text(steps));
    const ir::LoopNest nest = value_of(schedules::apply(ir::lower(op), schedule));
    double bytes = 0;
    for (const ir::Buffer& buffer : nest.buffers) {
        const bool replaced = buffer.is_constant && buffer.scope == ir::Scope::argument &&
                              std::any_of(nest.offline.begin(), nest.offline.end(), [&](const ir::OfflinePack& pack) {
                                  const auto packed = static_cast<std::size_t>(pack.packed);
                                  return nest.buffers[packed].source == find_buffer(nest, buffer.name);
                              });
        if (buffer.scope != ir::Scope::argument || replaced) continue;
        bytes += static_cast<double>(ir::span_elements(buffer.layout)) * ir::size_bytes(buffer.type);
    }
    return {op_text + "\n" + steps, value_of(features::table_of(nest)), ir::flops(op), bytes};
}

Sample random_gemm(Random& random) {
    const auto text = [&](const std::vector<std::int64_t>& values) { return std::to_string(pick(random, values)); };
    const std::string op = "matmul:m=" + text({17, 64, 128, 500}) + ",n=" + text({48, 100, 768, 2048}) +
                           ",k=" + text({13, 256, 1000, 4096});
    std::string steps = "split(i, " + text({1, 4, 6, 8, 14}) + ", i_o, i_i) split(j, " + text({16, 32, 48}) +
                        ", j_o, j_i) split(j_i, 16, j_v, j_l) split(i_o, " + text({1, 3, 12}) +
                        ", i_oo, i_m) split(j_o, " + text({1, 4, 16}) + ", j_oo, j_m) split(k, " +
                        text({32, 128, 512}) + ", k_o, k_i) ";
    const char* const orders[] = {"j_oo, k_o, i_oo, j_m, i_m", "i_oo, k_o, j_oo, i_m, j_m",
                                  "k_o, i_oo, j_oo, j_m, i_m"};
    const std::uint64_t order = random.below(3);
    steps += "reorder(" + std::string(orders[order]) + ", k_i, i_i, j_v, j_l) accumulate(k_i, acc) ";
    const std::string blocks = order == 1 ? "k_o, " : "";
    if (random.below(2) == 0) steps += "pack(a, i_oo, a_p, axes(" + blocks + "i_m, k_i, i_i)) ";
    if (random.below(2) == 0) steps += "pack(b, \"\", b_p, axes(j_oo, j_m, k_o, k_i, j_v, j_l)) ";
    steps += "unroll(i_i) unroll(j_v) vectorize(j_l) ";
    if (random.below(2) == 0) steps += "tail(i_i, peel) tail(j_v, mask) ";
    return sample_of(op, steps);
}

Sample random_convolution(Random& random) {
    const auto text = [&](const std::vector<std::int64_t>& values) { return std::to_string(pick(random, values)); };
    const std::string kernel = text({1, 3, 5});
    const std::string op = "conv2d:c=" + text({3, 16, 64}) + ",h=" + text({14, 31}) + ",w=" + text({28, 112}) +
                           ",k=" + text({16, 60, 128}) + ",r=" + kernel + ",s=" + kernel +
                           ",pad=1,stride=" + text({1, 2});
    std::string steps = "split(o, 32, o_o, o_i) split(o_i, 16, o_v, o_l) split(x, " + text({2, 7, 14}) + ", x_o, x_i) ";
    steps += random.below(2) == 0 ? "reorder(b, g, o_o, y, x_o, i, u, v, x_i, o_v, o_l) "
                                  : "reorder(b, g, y, x_o, o_o, i, u, v, x_i, o_v, o_l) ";
    if (random.below(2) == 0) steps += "pack(in, body, in_p, region, 16) ";
    steps += "pack(wt, \"\", wt_p, axes(g, o_o, i, u, v, o_v, o_l)) accumulate(i, acc) ";
    steps += "unroll(x_i) unroll(o_v) vectorize(o_l) ";
    return sample_of(op, steps);
}

/// Windows whose images are fetched in bursts, by the first of several iterations.
Sample random_windows(Random& random) {
    const auto text = [&](const std::vector<std::int64_t>& values) { return std::to_string(pick(random, values)); };
    const std::string size = text({7, 14, 28});
    const bool pools = random.below(2) == 0;
    const std::string op = (pools ? "avg_pool2d:c=" : "depthwise_conv2d:c=") + text({96, 1024}) + ",h=" + size +
                           ",w=" + size + (pools ? ",r=7,s=7" : ",r=3,s=3,pad=1");
    std::string steps = "split(c, " + text({4, 8, 24}) + ", c_o, c_i) ";
    steps += random.below(2) == 0 ? "reorder(b, c_o, y, x, u, v, c_i) " : "reorder(b, c_o, y, x, v, u, c_i) ";
    return sample_of(op, steps + "accumulate(" + std::string(steps.find("u, v") != std::string::npos ? "u" : "v") +
                             ", acc) unroll(c_i)");
}

/// Made once: all properties look at the same nests.
std::vector<Sample> samples() {
    Random random(23);
    std::vector<Sample> made;
    for (int i = 0; i < 40; ++i) made.push_back(i % 2 == 0 ? random_gemm(random) : random_convolution(random));
    for (int i = 0; i < 16; ++i) made.push_back(random_windows(random));
    return made;
}

costmodel::Model model_of(const Machine& machine, int threads = 1) {
    return costmodel::prepare(machine, value_of(costmodel::built_in_coefficients()), threads);
}

double seconds_on(const costmodel::Model& model, const Sample& sample) {
    return value_of(costmodel::estimate(sample.table, model)).seconds;
}

struct Better {
    std::string what;
    std::function<void(Machine&)> change;
};

std::vector<Better> improvements(const Machine& facts) {
    std::vector<Better> list;
    for (std::size_t l = 0; l < facts.caches.size(); ++l) {
        const std::string name = "L" + std::to_string(l + 1);
        list.push_back({name + " twice as large", [l](Machine& m) { m.caches[l].size_bytes *= 2; }});
        list.push_back({name + " with twice the ways", [l](Machine& m) {
                            m.caches[l].size_bytes *= 2;
                            m.caches[l].ways *= 2;
                        }});
        list.push_back({name + " with twice the bandwidth", [l](Machine& m) {
                            m.caches[l].load_bytes_per_cycle *= 2;
                            m.caches[l].store_bytes_per_cycle *= 2;
                            for (auto& [bytes, per_cycle] : m.caches[l].bandwidth_by_working_set) per_cycle *= 2;
                        }});
    }
    list.push_back({"memory with twice the bandwidth", [](Machine& m) {
                        m.memory.load_bytes_per_cycle *= 2;
                        m.memory.socket_bytes_per_cycle *= 2;
                    }});
    list.push_back({"twice the issue width", [](Machine& m) { m.core.issue_width *= 2; }});
    list.push_back({"a reorder buffer twice as large", [](Machine& m) { m.core.rob_entries *= 2; }});
    list.push_back({"twice the registers", [](Machine& m) { m.vector.registers *= 2; }});
    list.push_back({"TLBs twice as large", [](Machine& m) {
                        for (auto& tlb : m.tlbs) tlb.entries *= 2;
                    }});
    list.push_back({"half the mispredict penalty", [](Machine& m) { m.core.mispredict_cycles /= 2; }});
    list.push_back({"twice the clock", [](Machine& m) { m.ghz *= 2; }});
    return list;
}

/// The lowest port of each operation of the class is the only one it may use.
void one_port(Machine& machine, const std::string& operation) {
    for (targets::Operation& entry : machine.operations) {
        if (entry.op != operation) continue;
        for (targets::MicroOps& uops : entry.uops) uops.ports &= ~uops.ports + 1;
    }
}

}  // namespace

TEST_CASE("better hardware never makes a nest slower") {
    const std::vector<Sample> all = samples();
    for (const std::string name : {"zen5", "zen4", "haswell", "neoverse-n1"}) {
        const Machine facts = machine(name);
        for (const Better& better : improvements(facts)) {
            Machine improved = facts;
            better.change(improved);
            for (const int threads : {1, 4}) {
                const costmodel::Model before = model_of(facts, threads);
                const costmodel::Model after = model_of(improved, threads);
                for (const Sample& sample : all) {
                    INFO(name, ", ", better.what, ", ", threads, " threads\n", sample.what);
                    CHECK(seconds_on(after, sample) <= seconds_on(before, sample) * (1 + 1e-9));
                }
            }
        }
    }
}

TEST_CASE("with half of the FMA ports a compute-bound nest takes twice as long") {
    BlockedGemm gemm{.m = 64, .n = 96, .k = 256};
    const features::LoopTable table = table_of_nest(text_of(gemm));
    const Machine facts = machine("zen5");
    Machine half = facts;
    one_port(half, "fma");
    const auto coefficients = value_of(costmodel::built_in_coefficients());
    const costmodel::Cost fast = value_of(costmodel::estimate(table, facts, coefficients, 1));
    const costmodel::Cost slow = value_of(costmodel::estimate(table, half, coefficients, 1));
    CHECK(fast.bottleneck == costmodel::Term::core);
    const double ratio = slow.part(costmodel::Term::core) / fast.part(costmodel::Term::core);
    CHECK(ratio > 1.9);
    CHECK(ratio < 2.1);
}

TEST_CASE("no nest is faster than its arithmetic, nor than the data that no cache holds") {
    const auto coefficients = value_of(costmodel::built_in_coefficients());
    const std::vector<Sample> all = samples();
    int bound_by_memory = 0;
    for (const std::string name : {"zen5", "zen4", "haswell", "neoverse-n1"}) {
        const Machine facts = machine(name);
        const costmodel::Model model = model_of(facts);
        for (const Sample& sample : all) {
            INFO(name, "\n", sample.what);
            const double seconds = seconds_on(model, sample);
            CHECK(seconds >= sample.flops / (facts.peak.f32_flops_per_cycle * facts.ghz * 1e9));
            for (std::size_t l = 0; l + 1 < facts.caches.size() && l < costmodel::cache_levels; ++l) {
                // Above the upper edge nothing stays from one run to the next, and all of it comes from further out.
                const double capacity = static_cast<double>(facts.caches[l].size_bytes);
                if (sample.bytes < coefficients.cache_fit[l].from * capacity) continue;
                const targets::Cache& source = facts.caches[l + 1];
                double best = source.load_bytes_per_cycle;
                for (const auto& [bytes, per_cycle] : source.bandwidth_by_working_set) best = std::max(best, per_cycle);
                CHECK(seconds >= sample.bytes / (best * facts.ghz * 1e9) * 0.999);
                ++bound_by_memory;
            }
        }
    }
    CHECK(bound_by_memory > 20);
}

}  // namespace saku::tests
