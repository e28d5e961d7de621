// The first field in which two loop tables differ, in words.
#pragma once

#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include "features/loop_table.h"

namespace saku::tests {

/// Fields of one entry by name.
struct FieldComparison {
    std::string where;
    std::string found = {};

    template <class T>
    void field(const char* name, const T& expected, const T& actual) {
        if (!found.empty() || expected == actual) return;
        std::ostringstream text;
        text << std::setprecision(17) << where << "." << name << ": expected " << +expected << ", got " << +actual;
        found = text.str();
    }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void choice(const char* name, Enum expected, Enum actual) {
        field(name, static_cast<int>(expected), static_cast<int>(actual));
    }
};

inline void compare(FieldComparison& at, const features::Loop& a, const features::Loop& b) {
    at.choice("kind", a.kind, b.kind);
    at.field("parent", a.parent, b.parent);
    at.field("trips", a.trips, b.trips);
    at.field("share", a.share, b.share);
    at.field("fullest", a.fullest, b.fullest);
}
inline void compare(FieldComparison& at, const features::Row& a, const features::Row& b) {
    at.choice("kind", a.kind, b.kind);
    at.field("loop", a.loop, b.loop);
    at.field("phase", a.phase, b.phase);
    at.field("statement", a.statement, b.statement);
    at.choice("type", a.type, b.type);
    at.field("share", a.share, b.share);
    at.field("instances", a.instances, b.instances);
    at.field("lanes", a.lanes, b.lanes);
    at.field("active_lanes", a.active_lanes, b.active_lanes);
    for (std::size_t i = 0; i < a.operations.size(); ++i) at.field("operations", a.operations[i], b.operations[i]);
    at.field("chain", a.chain, b.chain);
    at.field("carried", a.carried, b.carried);
    at.field("first_access", a.first_access, b.first_access);
    at.field("access_count", a.access_count, b.access_count);
}
inline void compare(FieldComparison& at, const features::Access& a, const features::Access& b) {
    at.field("buffer", a.buffer, b.buffer);
    at.field("reads", a.reads, b.reads);
    at.field("writes", a.writes, b.writes);
    at.field("approximate", a.approximate, b.approximate);
    at.choice("lanes", a.lanes, b.lanes);
    at.field("stride", a.stride, b.stride);
    at.field("lanes inside", a.lanes_inside, b.lanes_inside);
    at.field("padded", a.padded, b.padded);
    at.field("tests", a.tests, b.tests);
    at.field("lane tests", a.lane_tests, b.lane_tests);
    at.field("masks", a.masks, b.masks);
    at.field("references", a.references, b.references);
    at.field("repeats", a.repeats, b.repeats);
    at.field("unresolved", a.unresolved, b.unresolved);
    at.field("alignment_bytes", a.alignment_bytes, b.alignment_bytes);
    at.field("first_box", a.first_box, b.first_box);
    at.field("first_term", a.first_term, b.first_term);
    at.field("term_count", a.term_count, b.term_count);
}
inline void compare(FieldComparison& at, const features::Box& a, const features::Box& b) {
    at.field("low", a.low, b.low);
    at.field("span", a.span, b.span);
    at.field("points", a.points, b.points);
    at.field("reach", a.reach, b.reach);
}
inline void compare(FieldComparison& at, const features::Term& a, const features::Term& b) {
    at.field("loop", a.loop, b.loop);
    at.field("dimension", a.dimension, b.dimension);
    at.field("coefficient", a.coefficient, b.coefficient);
}
inline void compare(FieldComparison& at, const features::Buffer& a, const features::Buffer& b) {
    at.choice("scope", a.scope, b.scope);
    at.field("element_bytes", a.element_bytes, b.element_bytes);
    at.field("first_dimension", a.first_dimension, b.first_dimension);
    at.field("dimension_count", a.dimension_count, b.dimension_count);
}
inline void compare(FieldComparison& at, const features::Dimension& a, const features::Dimension& b) {
    at.field("stride", a.stride, b.stride);
    at.field("extent", a.extent, b.extent);
}

template <class Entry>
std::string first_difference(const char* name, const std::vector<Entry>& expected, const std::vector<Entry>& actual) {
    for (std::size_t i = 0; i < expected.size() && i < actual.size(); ++i) {
        FieldComparison at{.where = std::string(name) + "[" + std::to_string(i) + "]"};
        compare(at, expected[i], actual[i]);
        if (!at.found.empty()) return at.found;
    }
    if (expected.size() == actual.size()) return {};
    return std::string(name) + ": expected " + std::to_string(expected.size()) + ", got " +
           std::to_string(actual.size());
}

/// Empty when they are equal.
inline std::string difference(const features::LoopTable& expected, const features::LoopTable& actual) {
    for (const std::string& found :
         {first_difference("buffers", expected.buffers, actual.buffers),
          first_difference("dimensions", expected.dimensions, actual.dimensions),
          first_difference("loops", expected.loops, actual.loops), first_difference("rows", expected.rows, actual.rows),
          first_difference("accesses", expected.accesses, actual.accesses),
          first_difference("boxes", expected.boxes, actual.boxes),
          first_difference("terms", expected.terms, actual.terms)}) {
        if (!found.empty()) return found;
    }
    if (expected.phases != actual.phases) return "phases";
    return expected == actual ? "" : "a field that this comparison does not know";
}

}  // namespace saku::tests
