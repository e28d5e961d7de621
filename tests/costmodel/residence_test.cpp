// Where operands start: cold caches cost what memory gives, warm ones never more.
#include <doctest/doctest.h>

#include "tests/costmodel/pricing.h"

namespace saku::tests {
namespace {

costmodel::Model model_of(const targets::Machine& machine, features::Residence residence) {
    return costmodel::prepare(machine, value_of(costmodel::built_in_coefficients()), 1, residence);
}

TEST_CASE("residences have names, and names lead back") {
    CHECK(features::residence_names() == std::vector<std::string>{"warm", "cold"});
    for (const auto residence : {features::Residence::warm, features::Residence::cold})
        CHECK(features::residence_named(features::name_of(residence)) == residence);
    for (const char* other : {"", "Warm", "cold ", "hot"}) CHECK_FALSE(features::residence_named(other).has_value());
}

/// Seconds that the misses of all caches and translation buffers take, added up.
double moving(const costmodel::Cost& cost) {
    double seconds = 0;
    for (const costmodel::Term term :
         {costmodel::Term::l1_misses, costmodel::Term::l2_misses, costmodel::Term::l3_misses, costmodel::Term::tlb})
        seconds += cost.alone[static_cast<std::size_t>(term)];
    return seconds;
}

TEST_CASE("cold caches never make a nest faster, and every operand comes from memory once") {
    for (const char* name : {"zen5", "haswell", "neoverse-n1", "cortex-a53"}) {
        const targets::Machine facts = machine(name);
        const costmodel::Model warm = model_of(facts, features::Residence::warm);
        const costmodel::Model cold = model_of(facts, features::Residence::cold);
        for (const char* shorthand :
             {"matmul:m=32,n=32,k=32", "matmul:m=1,n=500,k=800", "matmul:m=512,n=512,k=512", "relu:n=1000",
              "conv2d:c=16,h=28,w=28,k=32,r=3,s=3,pad=1", "depthwise_conv2d:c=64,h=56,w=56,r=3,s=3,pad=1"}) {
            CAPTURE(name);
            CAPTURE(shorthand);
            const ir::Operator op = value_of(frontends::operator_from(shorthand));
            const features::LoopTable table = table_of_operator(shorthand);
            const costmodel::Cost at_best = value_of(costmodel::estimate(table, warm));
            const costmodel::Cost at_worst = value_of(costmodel::estimate(table, cold));
            CHECK(at_worst.seconds >= at_best.seconds);  // long waits for sums may hide it all
            CHECK(moving(at_worst) > moving(at_best));
            // Instructions are the same.
            CHECK(at_worst.alone[0] == at_best.alone[0]);
            const double cycles = ir::tensor_bytes(op) / facts.memory.load_bytes_per_cycle;
            CHECK(at_worst.seconds >= 0.99 * cycles / (facts.ghz * 1e9));
        }
    }
}

TEST_CASE("what fits into L1 costs nothing to fetch when warm, a memory latency's worth of lines when cold") {
    const features::LoopTable table = table_of_operator("matmul:m=16,n=16,k=16");
    const targets::Machine facts = machine("zen5");
    const costmodel::Cost warm = value_of(costmodel::estimate(table, model_of(facts, features::Residence::warm)));
    const costmodel::Cost cold = value_of(costmodel::estimate(table, model_of(facts, features::Residence::cold)));
    for (const costmodel::Term term :
         {costmodel::Term::l1_misses, costmodel::Term::l2_misses, costmodel::Term::l3_misses, costmodel::Term::tlb}) {
        CHECK(warm.alone[static_cast<std::size_t>(term)] == 0);
        CHECK(cold.alone[static_cast<std::size_t>(term)] > 0);
    }
}

}  // namespace
}  // namespace saku::tests
