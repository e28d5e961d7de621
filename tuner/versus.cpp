#include "tuner/versus.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "base/quantity.h"

namespace saku::tuner {

namespace {

using costmodel::Term;

std::string number(const char* format, double value) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

/// The innermost loop that most time is spent in.
const costmodel::InnermostLoop* hottest(const Explanation& explanation) {
    const costmodel::InnermostLoop* found = nullptr;
    for (const costmodel::InnermostLoop& loop : explanation.breakdown.innermost) {
        if (found == nullptr || loop.iterations * loop.cycles() > found->iterations * found->cycles()) found = &loop;
    }
    return found;
}

std::string bound_of(const costmodel::InnermostLoop& loop) {
    if (loop.chain_cycles > loop.port_cycles && loop.chain_cycles > loop.issue_cycles) return "the latency of its sums";
    return loop.port_cycles >= loop.issue_cycles ? "ports" : "the issue width";
}

double multiply_adds(const costmodel::InnermostLoop& loop) {
    return loop.each[static_cast<std::size_t>(features::Instruction::fma)];
}

std::string core_side(const costmodel::InnermostLoop& loop) {
    return number("%.1f", loop.cycles()) + " cycles an iteration for " + number("%.0f", multiply_adds(loop)) +
           " multiply-adds (bound by " + bound_of(loop) + ")";
}

std::string core_reason(const Explanation& own, const Explanation& other) {
    const costmodel::InnermostLoop* a = hottest(own);
    const costmodel::InnermostLoop* b = hottest(other);
    if (a == nullptr || b == nullptr) return "other loops";
    return "the inner loop takes " + core_side(*b) + " instead of " + core_side(*a);
}

const costmodel::LevelUse* level_named(const Explanation& explanation, const std::string& name) {
    for (const costmodel::LevelUse& level : explanation.breakdown.levels) {
        if (level.name == name) return &level;
    }
    return nullptr;
}

/// Bytes over a boundary by the name of what they belong to: copies count for themselves.
std::map<std::string, double> moved_by_name(const Explanation& explanation, const costmodel::LevelUse& level) {
    std::map<std::string, double> moved;
    for (std::size_t b = 0; b < level.buffers.size(); ++b)
        moved[explanation.nest.buffers[b].name] += level.buffers[b].fetched_bytes + level.buffers[b].written_bytes;
    return moved;
}

/// The buffer whose traffic differs most, in the direction of `sign`.
std::string most_different(const Explanation& own, const Explanation& other, const std::string& level, double sign) {
    const costmodel::LevelUse* a = level_named(own, level);
    const costmodel::LevelUse* b = level_named(other, level);
    std::map<std::string, double> difference = moved_by_name(other, *b);
    for (const auto& [name, bytes] : moved_by_name(own, *a)) difference[name] -= bytes;
    std::string most;
    double largest = 0;
    for (const auto& [name, bytes] : difference) {
        if (sign * bytes <= largest) continue;
        largest = sign * bytes;
        most = name;
    }
    return most;
}

std::string misses_reason(const Explanation& own, const Explanation& other, const std::string& level) {
    const costmodel::LevelUse* a = level_named(own, level);
    const costmodel::LevelUse* b = level_named(other, level);
    if (a == nullptr || b == nullptr) return "";
    const double before = a->moved.fetched_bytes + a->moved.written_bytes;
    const double after = b->moved.fetched_bytes + b->moved.written_bytes;
    // Equal traffic is shared out differently where something else decides.
    if (std::abs(after - before) <= 0.01 * std::max(before, after))
        return "as many bytes pass below " + level + " (" + bytes_text(after) +
               "), hidden behind the other resources to another degree";
    const std::string most = most_different(own, other, level, after > before ? 1 : -1);
    std::string text = bytes_text(after) + " pass below " + level + " instead of " + bytes_text(before);
    if (!most.empty()) text += ", most of the difference for " + most;
    return text;
}

double executions(const Explanation& explanation) {
    double sum = 0;
    for (const costmodel::InnermostLoop& loop : explanation.breakdown.innermost) sum += loop.executions;
    return sum;
}

double spilled(const Explanation& explanation) {
    double most = 0;
    for (const costmodel::InnermostLoop& loop : explanation.breakdown.innermost) most = std::max(most, loop.spilled);
    return most;
}

std::string tlb_reason(const Explanation& own, const Explanation& other) {
    const auto pages = [](const Explanation& each) {
        double bytes = 0;
        for (const costmodel::LevelUse& level : each.breakdown.levels)
            if (level.is_tlb) bytes += level.moved.fetched_bytes;
        return bytes;
    };
    return "pages of " + bytes_text(pages(other)) + " are looked up anew instead of " + bytes_text(pages(own));
}

std::string packing_reason(const Explanation& own, const Explanation& other) {
    const auto copies = [](const Explanation& each) {
        std::string names;
        for (const ir::Buffer& buffer : each.nest.buffers) {
            if (buffer.scope == ir::Scope::workspace) names += (names.empty() ? "" : ", ") + buffer.name;
        }
        return names.empty() ? std::string("nothing") : names;
    };
    return "copies " + copies(other) + " instead of " + copies(own);
}

std::string reason_of(Term term, const Explanation& own, const Explanation& other) {
    switch (term) {
        case Term::core:
            return core_reason(own, other);
        case Term::l1_misses:
            return misses_reason(own, other, "L1");
        case Term::l2_misses:
            return misses_reason(own, other, "L2");
        case Term::l3_misses:
            return misses_reason(own, other, "L3");
        case Term::tlb:
            return tlb_reason(own, other);
        case Term::packing:
            return packing_reason(own, other);
        case Term::calls:
            return "inner loops are entered " + number("%.0f", executions(other)) + " times instead of " +
                   number("%.0f", executions(own));
        case Term::spills:
            return number("%.0f", spilled(other)) + " vectors do not fit into registers instead of " +
                   number("%.0f", spilled(own));
        case Term::fork_join:
            return number("%.0f", other.breakdown.chunks) + " chunks for the threads instead of " +
                   number("%.0f", own.breakdown.chunks);
    }
    return "";
}

}  // namespace

std::vector<Difference> differences(const Explanation& own, const Explanation& other) {
    std::vector<Difference> all;
    for (int t = 0; t < costmodel::term_count; ++t) {
        const auto term = static_cast<Term>(t);
        const double seconds = other.breakdown.cost.part(term) - own.breakdown.cost.part(term);
        if (seconds == 0) continue;
        all.push_back({.term = term, .seconds = seconds, .reason = reason_of(term, own, other)});
    }
    std::stable_sort(all.begin(), all.end(), [](const Difference& a, const Difference& b) {
        return std::abs(a.seconds) > std::abs(b.seconds);
    });
    return all;
}

}  // namespace saku::tuner
