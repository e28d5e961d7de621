#include "tuner/ranked.h"

#include "base/check.h"

namespace saku::tuner {

namespace {

Ranked with_rates(const ir::Operator& op, const targets::Machine& machine, int threads, const costmodel::Cost& cost) {
    const double gflops = ir::flops(op) / cost.seconds * 1e-9;
    const double peak = machine.peak.f32_flops_per_cycle * machine.ghz * threads;
    return {.cost = cost, .gflops = gflops, .percent_of_peak = 100 * gflops / peak};
}

}  // namespace

Ranked ranked(const Space& space, const targets::Machine& machine, int threads, const Priced& priced) {
    Ranked result = with_rates(space.op, machine, threads, priced.cost);
    result.id = priced.id;
    result.choices = to_text(space, priced.id);
    result.schedule = schedule_of(space, priced.id);
    return result;
}

Fitted<Ranked> price_schedule(const ir::Operator& op, const schedules::Schedule& schedule,
                              const targets::Machine& machine, int threads) {
    const auto coefficients = costmodel::built_in_coefficients();
    SAKU_CHECK(coefficients.ok(), coefficients.error().text());
    SAKU_TRY(nest, scheduled(ir::lower(op), schedule));
    SAKU_TRY(cost, price(costmodel::prepare(machine, *coefficients, threads), nest));
    Ranked result = with_rates(op, machine, threads, cost);
    result.schedule = schedule;
    return result;
}

}  // namespace saku::tuner
