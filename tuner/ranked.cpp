#include "tuner/ranked.h"

#include "base/check.h"
#include "costmodel/estimate.h"
#include "features/table_of.h"
#include "tuner/parallel.h"

namespace saku::tuner {

namespace {

Ranked with_rates(const ir::Operator& op, const targets::Machine& machine, int threads, const costmodel::Cost& cost) {
    const double gflops = ir::flops(op) / cost.seconds * 1e-9;
    const double peak = machine.peak.f32_flops_per_cycle * machine.ghz * threads;
    return {.cost = cost, .gflops = gflops, .percent_of_peak = 100 * gflops / peak};
}

}  // namespace

Ranked ranked(const Space& space, const targets::Machine& machine, const costmodel::Model& model,
              const Priced& priced) {
    Ranked result = with_rates(space.op, machine, model.threads, priced.cost);
    result.id = priced.id;
    result.choices = to_text(space, priced.id);
    result.schedule = schedule_of(space, priced.id);
    const auto nest = scheduled(space.plain, result.schedule);
    const auto table = nest ? features::table_of(*nest) : Fitted<features::LoopTable>(NotApplicable{});
    if (table) result.unchecked = costmodel::unchecked(*table, model);
    return result;
}

std::vector<Fitted<Ranked>> price_schedules(const ir::Operator& op, const std::vector<schedules::Schedule>& schedules,
                                            const targets::Machine& machine, int threads, features::Residence residence,
                                            int jobs, const std::function<void()>& priced) {
    const auto coefficients = costmodel::built_in_coefficients();
    SAKU_CHECK(coefficients.ok(), coefficients.error().text());
    const ir::LoopNest plain = ir::lower(op);
    const costmodel::Model prepared = costmodel::prepare(machine, *coefficients, threads, residence);
    std::vector<Fitted<Ranked>> results(schedules.size(), Ranked{});
    for_each_index(schedules.size(), jobs, [&](std::size_t i) {
        results[i] = [&]() -> Fitted<Ranked> {
            SAKU_TRY(nest, scheduled(plain, schedules[i]));
            SAKU_TRY(table, features::table_of(nest));
            SAKU_TRY(cost, costmodel::estimate(table, prepared));
            Ranked result = with_rates(op, machine, threads, cost);
            result.schedule = schedules[i];
            result.unchecked = costmodel::unchecked(table, prepared);
            return result;
        }();
        priced();
    });
    return results;
}

Fitted<Ranked> price_schedule(const ir::Operator& op, const schedules::Schedule& schedule,
                              const targets::Machine& machine, int threads, features::Residence residence) {
    return price_schedules(op, {schedule}, machine, threads, residence, 1, [] {}).front();
}

}  // namespace saku::tuner
