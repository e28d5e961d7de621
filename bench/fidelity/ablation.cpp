#include "bench/fidelity/ablation.h"

#include "tuner/compare/statistics.h"

namespace saku::fidelity {

namespace {

using costmodel::Coefficients;
using costmodel::Edge;
using costmodel::Model;
using costmodel::Term;
using targets::Machine;

constexpr double boundless = 1e18;

/// (sum t^p)^(1/p) with a power this high is the largest of all, to the last digit that matters.
constexpr int power_of_maximum = 1024;

Edge hard(const Edge& edge) {
    const double middle = (edge.until + edge.from) / 2;
    return {.until = middle, .from = middle};
}

void set_any_port(Machine& machine) {
    const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << machine.ports.size()) - 1);
    for (targets::Operation& operation : machine.operations) {
        for (targets::MicroOps& uops : operation.uops) uops.ports = all;
    }
}

double fma_latency(const Machine& machine) {
    const targets::Operation* fma = targets::find_operation(machine, "fma", "f32", machine.vector.bits);
    return fma == nullptr ? 0 : fma->latency_cycles;
}

/// Sums wait for nothing. Filling and draining a pipeline takes an L1 latency and one of arithmetic: the former takes
/// the latter's part over, so that it costs what it did.
void drop_latencies(Machine& machine) {
    if (!machine.caches.empty()) machine.caches.front().latency_cycles += fma_latency(machine);
    for (targets::Operation& operation : machine.operations) operation.latency_cycles = 0;
}

void drop_drain(Machine& machine) {
    if (!machine.caches.empty()) machine.caches.front().latency_cycles = -fma_latency(machine);
}

void drop_working_set_bandwidths(Machine& machine) {
    for (targets::Cache& cache : machine.caches) cache.bandwidth_by_working_set.clear();
}

void drop_writes(Model& model) {
    for (costmodel::Refill& refill : model.refills) refill.store_cycles_per_unit = 0;
}

std::vector<Variation> composition() {
    return {
        {.name = "soft maximum",
         .what = "the plain maximum of core and memory",
         .coefficients = [](Coefficients& c) { c.norm_power = power_of_maximum; }},
        {.name = "power of the norm", .what = "2", .coefficients = [](Coefficients& c) { c.norm_power = 2; }},
        {.name = "everything but the core",
         .what = "instructions only: no memory, calls, spills or packing",
         .coefficients =
             [](Coefficients& c) {
                 c.refill = {};
                 c.tlb_miss = 0;
             },
         .dropped = {Term::packing, Term::calls, Term::spills}},
        {.name = "packing", .what = "copies are free", .dropped = {Term::packing}},
        {.name = "where operands start",
         .what = "in memory, every run",
         .model = [](Model& m) { m.residence = features::Residence::cold; }},
    };
}

std::vector<Variation> core() {
    return {
        {.name = "ports", .what = "any instruction on any port", .machine = set_any_port},
        {.name = "ports beside each other",
         .what = "the bound of the busiest",
         .coefficients = [](Coefficients& c) { c.port_power = power_of_maximum; }},
        {.name = "issue width", .what = "boundless", .model = [](Model& m) { m.issue_width = boundless; }},
        {.name = "latency of sums", .what = "none", .machine = drop_latencies},
        {.name = "efficiency of memory ports",
         .what = "1",
         .coefficients = [](Coefficients& c) { c.memory_port_efficiency = 1; }},
        {.name = "line crossings",
         .what = "vectors never cross lines",
         .model = [](Model& m) { m.vector.line_bytes = 1 << 30; }},
        {.name = "overhead of innermost loops",
         .what = "none",
         .coefficients = [](Coefficients& c) { c.loop_overhead_uops = 0; }},
        {.name = "overhead of outer loops",
         .what = "none",
         .coefficients = [](Coefficients& c) { c.outer_iteration_uops = c.outer_iteration_cycles = 0; }},
        {.name = "divisions in subscripts",
         .what = "free",
         .coefficients = [](Coefficients& c) { c.unresolved_cycles = 0; }},
        {.name = "spills",
         .what = "registers without end",
         .coefficients = [](Coefficients& c) { c.spill_cycles = 0; },
         .model = [](Model& m) { m.vector_registers = boundless; }},
        {.name = "penalty of spills",
         .what = "stores and loads only",
         .coefficients = [](Coefficients& c) { c.spill_cycles = 0; }},
        {.name = "calls", .what = "innermost loops begin and end for nothing", .dropped = {Term::calls}},
        {.name = "mispredicted exits", .what = "cost nothing", .model = [](Model& m) { m.mispredict_cycles = 0; }},
        {.name = "unforeseen exits",
         .what = "every exit is foreseen, and its ends overlap",
         .coefficients = [](Coefficients& c) { c.predictable_trips = {.until = boundless, .from = boundless}; }},
        {.name = "pipelines that fill and drain", .what = "at once", .machine = drop_drain},
    };
}

std::vector<Variation> memory() {
    return {
        {.name = "L1 misses", .what = "free", .coefficients = [](Coefficients& c) { c.refill[0] = 0; }},
        {.name = "L2 misses", .what = "free", .coefficients = [](Coefficients& c) { c.refill[1] = 0; }},
        {.name = "L3 misses", .what = "free", .coefficients = [](Coefficients& c) { c.refill[2] = 0; }},
        {.name = "all cache misses", .what = "free", .coefficients = [](Coefficients& c) { c.refill = {}; }},
        {.name = "straight code",
         .what = "lines cost the same however many places the code names",
         .model = [](Model& m) { m.coefficients.straight_doubling = 0; }},
        {.name = "rows side by side",
         .what = "lines cost the same whichever way code goes along them",
         .model = [](Model& m) { m.coefficients.rows_refill = 0; }},
        {.name = "bursts",
         .what = "misses are spread over all the work",
         .coefficients = [](Coefficients& c) { c.burst_window = 1e300; }},
        {.name = "crowded sets",
         .what = "lines written cost the same whichever sets they fall into",
         .model = [](Model& m) { m.coefficients.crowded_cycles = 0; }},
        {.name = "prefetches",
         .what = "bring nothing sooner",
         .model =
             [](Model& m) {
                 m.prefetched.by_lines_ahead = {{0, 1}};
             }},
        {.name = "lines handed on", .what = "free: only what is fetched takes time", .model = drop_writes},
        {.name = "bandwidth by working set", .what = "one a level", .machine = drop_working_set_bandwidths},
        {.name = "translation", .what = "TLBs never miss", .coefficients = [](Coefficients& c) { c.tlb_miss = 0; }},
        {.name = "colliding lines",
         .what = "caches are fully associative",
         .coefficients = [](Coefficients& c) { c.collision_weight = {}; }},
        {.name = "soft capacities",
         .what = "all fits up to one size, nothing beyond",
         .coefficients =
             [](Coefficients& c) {
                 for (Edge& edge : c.cache_fit) edge = hard(edge);
                 c.tlb_fit = hard(c.tlb_fit);
             }},
    };
}

tuner::Repriced priced_under(const Variation& variation, const Study& study, const Subject& subject) {
    Machine machine = study.machine;
    if (variation.machine) variation.machine(machine);
    Coefficients coefficients = study.coefficients;
    if (variation.coefficients) variation.coefficients(coefficients);
    tuner::Pricer pricer = tuner::pricer_for(subject.today->space, machine, coefficients, subject.measurement.threads);
    if (variation.model) variation.model(pricer.model);
    tuner::Repriced priced = tuner::reprice(pricer, subject.priced.samples);
    for (std::size_t i = 0; i < priced.samples.size(); ++i) {
        for (const Term term : variation.dropped) priced.samples[i].predicted_seconds -= priced.costs[i].part(term);
    }
    return priced;
}

}  // namespace

Fit fit_of(const std::vector<tuner::Sample>& samples) {
    const tuner::Agreements agreement = tuner::agreements(samples);
    return {.spearman = agreement.spearman,
            .best_quartile = agreement.spearman_best_quartile,
            .top1 = tuner::top1_of(samples)};
}

std::vector<double> figures(const std::vector<Fit>& fits, double Fit::*which) {
    std::vector<double> values;
    for (const Fit& fit : fits) values.push_back(fit.*which);
    return values;
}

const std::vector<Variation>& variations() {
    static const std::vector<Variation> all = [] {
        std::vector<Variation> list = composition();
        for (const auto& part : {core(), memory()}) list.insert(list.end(), part.begin(), part.end());
        return list;
    }();
    return all;
}

std::vector<Fit> fits(const Study& study, const Variation& variation) {
    std::vector<Fit> all;
    for (const Subject& subject : study.subjects)
        all.push_back(fit_of(priced_under(variation, study, subject).samples));
    return all;
}

std::vector<Fit> fits(const Study& study) {
    std::vector<Fit> all;
    for (const Subject& subject : study.subjects) all.push_back(fit_of(subject.priced.samples));
    return all;
}

bool changes_prices(const Study& study, const Variation& variation) {
    for (const Subject& subject : study.subjects) {
        const tuner::Repriced varied = priced_under(variation, study, subject);
        for (std::size_t i = 0; i < varied.samples.size(); ++i) {
            if (varied.samples[i].predicted_seconds != subject.priced.samples[i].predicted_seconds) return true;
        }
        if (varied.samples.size() != subject.priced.samples.size()) return true;
    }
    return false;
}

}  // namespace saku::fidelity
