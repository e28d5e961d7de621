#include "features/access_builder.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/checked.h"
#include "features/affine_form.h"
#include "features/padding.h"

namespace saku::features {

namespace {

constexpr std::int64_t alignment_limit_bytes = 4096;
constexpr std::int64_t buffer_alignment_bytes = 64;  // the kernel ABI asks for cache-line alignment of every argument

/// The parts that have more than one position, by stride, smallest first; equal strides keep the inner part first.
std::vector<std::size_t> parts_by_stride(const ir::Layout& layout) {
    std::vector<std::size_t> order;
    for (std::size_t p = layout.parts.size(); p-- > 0;) {
        if (layout.parts[p].extent > 1) order.push_back(p);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return layout.parts[a].stride < layout.parts[b].stride; });
    return order;
}

bool is_outermost_part(const ir::Layout& layout, const ir::LayoutPart& part) {
    return std::none_of(layout.parts.begin(), layout.parts.end(), [&](const ir::LayoutPart& other) {
        return other.dimension == part.dimension && other.divisor > part.divisor;
    });
}

/// Subscripts as they are written, and simplified.
struct Subscripts {
    const std::vector<ir::Index>& written;
    std::vector<ir::Index> simple = {};
};

/// The position along one part of the layout.
ir::Index position(const ir::Layout& layout, const ir::LayoutPart& part, const Subscripts& subscripts,
                   const ir::Ranges& ranges) {
    const auto dimension = static_cast<std::size_t>(part.dimension);
    const bool is_outermost = is_outermost_part(layout, part);
    if (is_outermost && part.divisor == 1) return subscripts.simple[dimension];
    ir::Index index = ir::quotient(subscripts.written[dimension], part.divisor);
    if (!is_outermost) index = ir::remainder(index, part.extent);
    return ir::simplify(index, ranges);
}

/// A flat affine offset spread over the dimensions again: each slope, and the constant, goes to the dimension of
/// largest stride that divides it. Positions may then pass a dimension's extent, which in a dense layout is the next
/// row.
std::vector<AffineForm> spread(const ir::Index& offset, const std::vector<Dimension>& dimensions) {
    std::vector<AffineForm> forms(dimensions.size());
    const auto place = [&](std::int64_t value) {
        std::size_t best = 0;
        for (std::size_t d = 0; d < dimensions.size(); ++d) {
            if (value % dimensions[d].stride == 0 && std::abs(value) >= dimensions[d].stride) best = d;
        }
        return best;
    };
    for (const ir::Term& term : offset.terms()) {
        const std::size_t d = place(term.coefficient);
        forms[d].slopes.emplace_back(term.atom.variable,
                                     static_cast<double>(term.coefficient) / static_cast<double>(dimensions[d].stride));
    }
    if (offset.constant() != 0) {
        const std::size_t d = place(offset.constant());
        forms[d].constant = static_cast<double>(offset.constant()) / static_cast<double>(dimensions[d].stride);
    }
    return forms;
}

struct Forms {
    std::vector<AffineForm> of_dimension;
    std::vector<double> reach;
    bool approximate = false;
};

double width(const std::optional<ir::Interval>& range) {
    return range ? static_cast<double>(range->high) - static_cast<double>(range->low) + 1 : 1;
}

Forms forms_of(const ir::Layout& layout, const Subscripts& subscripts, const ir::Index& offset,
               const std::vector<Dimension>& dimensions, const ir::Ranges& ranges) {
    Forms forms;
    const std::vector<std::size_t> order = parts_by_stride(layout);
    for (const std::size_t p : order) {
        const ir::Index index = position(layout, layout.parts[p], subscripts, ranges);
        forms.of_dimension.push_back(affine_form(index));
        const double extent = static_cast<double>(layout.parts[p].extent);  // padding lies outside: it is not touched
        forms.reach.push_back(std::clamp(width(ir::range(index, ranges)), 1.0, std::max(1.0, extent)));
        forms.approximate = forms.approximate || forms.of_dimension.back().approximate;
    }
    if (forms.approximate && offset.is_affine() && !dimensions.empty()) {
        forms.of_dimension = spread(offset, dimensions);
        forms.approximate = false;
        for (std::size_t d = 0; d < dimensions.size(); ++d) {
            double reach = 1;
            for (const auto& [variable, slope] : forms.of_dimension[d].slopes) {
                reach += std::abs(slope) * (width(ranges(variable)) - 1);
            }
            forms.reach[d] = reach;
        }
    }
    return forms;
}

Box box_of(const AffineForm& form, double reach, const std::vector<EnclosingLoop>& chain, bool with_lanes) {
    const auto slope = [&](std::size_t i) { return form.slope(chain[i].variable); };
    return box_of(form.constant, slope, reach, std::span<const EnclosingLoop>(chain), with_lanes);
}

struct References {
    double named = 1;     ///< by the copies of straight code
    double distinct = 1;  ///< elements among them
};

References references_of(const Forms& forms, const std::vector<EnclosingLoop>& chain) {
    double product = 1;
    for (const EnclosingLoop& loop : chain) {
        if (loop.table_loop != no_loop || loop.is_vector) continue;
        const bool moves = std::any_of(forms.of_dimension.begin(), forms.of_dimension.end(),
                                       [&](const AffineForm& form) { return form.slope(loop.variable) != 0; });
        if (moves) product *= static_cast<double>(loop.extent);
    }
    double by_dimension = 1;
    for (const AffineForm& form : forms.of_dimension) by_dimension *= box_of(form, 1, chain, false).points;
    return {.named = product, .distinct = std::min(product, by_dimension)};
}

/// Elements from one lane's to the next one's; 0 where they are the same, or where the distance varies.
std::int64_t stride_of(const ir::Index& offset, const std::vector<EnclosingLoop>& chain) {
    const EnclosingLoop* const vector = vector_loop(chain);
    if (vector == nullptr) return 0;
    const std::int64_t stride = offset.coefficient(vector->variable);
    return (offset - ir::Index::variable(vector->variable) * stride).uses(vector->variable) ? 0 : stride;
}

/// Neighbouring elements that the copies of straight code name; 1 where they do not go along memory.
double columns_of(const ir::Index& offset, const std::vector<EnclosingLoop>& chain) {
    double columns = 1;
    for (const EnclosingLoop& loop : chain) {
        if (loop.table_loop != no_loop || loop.is_vector || offset.coefficient(loop.variable) != 1) continue;
        if ((offset - ir::Index::variable(loop.variable)).uses(loop.variable)) continue;
        columns = std::max(columns, static_cast<double>(loop.extent));
    }
    return columns;
}

Lanes lanes_of(const ir::Index& offset, const std::vector<EnclosingLoop>& chain) {
    const EnclosingLoop* const vector = vector_loop(chain);
    if (vector == nullptr) return Lanes::scalar;
    if (!offset.uses(vector->variable)) return Lanes::broadcast;
    return stride_of(offset, chain) == 1 ? Lanes::contiguous : Lanes::strided;
}

bool uses_in_atom(const ir::Index& index, ir::VarId variable) {
    return std::any_of(index.terms().begin(), index.terms().end(), [&](const ir::Term& term) {
        return term.atom.inner != nullptr && term.atom.inner->uses(variable);
    });
}

/// Places worked out for `references` by an index with floors or mods: none when these do not hold the innermost table
/// loop's variable, because then they are worked out once, outside; else one a reference, or one a lane where the lanes
/// differ. Tests of the lanes of a contiguous vector, put together to a mask, take about a third of a place each.
double divided_places(const ir::Index& index, const Access& access, double references,
                      const std::vector<EnclosingLoop>& chain) {
    const auto innermost = std::find_if(chain.rbegin(), chain.rend(),
                                        [](const EnclosingLoop& loop) { return loop.table_loop != no_loop; });
    if (index.is_affine() || (innermost != chain.rend() && !uses_in_atom(index, innermost->variable))) return 0;
    const EnclosingLoop* const vector = vector_loop(chain);
    if (vector == nullptr || !uses_in_atom(index, vector->variable)) return references;
    return references * static_cast<double>(vector->extent) * (access.lanes == Lanes::contiguous ? 0.3 : 1.0);
}

/// Does a test of whether the subscript lies in its dimension need divisions? floor(i/28) < 28 is i < 784, which
/// compilers know, and a remainder alone needs no test.
bool divides_for_test(const ir::Index& index) {
    if (index.is_affine()) return false;
    const bool is_atom = index.terms().size() == 1 && index.constant() == 0 && index.terms().front().coefficient == 1;
    if (!is_atom) return true;
    const ir::Atom& atom = index.terms().front().atom;
    return atom.kind == ir::Atom::Kind::floor_div && divides_for_test(*atom.inner);
}

}  // namespace

void add_access(LoopTable& table, const ir::LoopNest& nest, const ir::Access& access, AccessUse use,
                const std::vector<EnclosingLoop>& chain) {
    const ir::Buffer& buffer = nest.buffers[static_cast<std::size_t>(access.buffer)];
    const Buffer& entry = table.buffers[static_cast<std::size_t>(access.buffer)];
    const std::vector<Dimension> dimensions(table.dimensions.begin() + entry.first_dimension,
                                            table.dimensions.begin() + entry.first_dimension + entry.dimension_count);
    const ir::Ranges ranges = ranges_of_chain(chain);
    const ir::Index offset = recombine(ir::simplify(ir::element_offset(buffer.layout, access.indices), ranges));
    Subscripts subscripts{.written = access.indices};
    for (const ir::Index& index : access.indices) subscripts.simple.push_back(ir::simplify(index, ranges));
    const Forms forms = forms_of(buffer.layout, subscripts, offset, dimensions, ranges);

    const References references = references_of(forms, chain);
    Access made{.buffer = access.buffer,
                .reads = use.reads,
                .writes = use.writes,
                .approximate = forms.approximate,
                .lanes = lanes_of(offset, chain),
                .stride = static_cast<double>(stride_of(offset, chain)),
                .references = references.distinct,
                .repeats = references.named / references.distinct,
                .first_box = static_cast<int>(table.boxes.size()),
                .first_term = static_cast<int>(table.terms.size())};
    if (made.lanes == Lanes::strided) made.columns = columns_of(offset, chain);
    const EnclosingLoop* const vector = vector_loop(chain);
    if (access.pad) {
        const Padding padding = padding_of(access, buffer, made.references, chain);
        made.lanes_inside = padding.lanes_inside;
        made.padded = padding.references;
        made.tests = padding.tests;
        made.lane_tests = padding.lane_tests;
        made.masks = padding.masks;
    }
    made.unresolved = divided_places(offset, made, made.references, chain);
    if (made.padded > 0) {
        // The address may do without a division and the test for the padding not.
        for (const ir::Index& tested : subscripts.simple) {
            if (!divides_for_test(tested)) continue;
            made.unresolved = std::max(made.unresolved, divided_places(tested, made, made.padded, chain));
        }
    }
    const bool whole_vectors = made.lanes == Lanes::contiguous;
    const std::int64_t elements =
        power_of_two_divisor(offset, alignment_limit_bytes, whole_vectors ? vector->variable : ir::VarId{-1});
    made.alignment_bytes = static_cast<int>(std::min(buffer_alignment_bytes, elements * entry.element_bytes));
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
        table.boxes.push_back(box_of(forms.of_dimension[d], forms.reach[d], chain, true));
    }
    for (auto loop = chain.rbegin(); loop != chain.rend(); ++loop) {
        if (loop->table_loop == no_loop) continue;
        for (std::size_t d = 0; d < dimensions.size(); ++d) {
            const double slope = forms.of_dimension[d].slope(loop->variable);
            if (slope == 0) continue;
            table.terms.push_back({.loop = loop->table_loop, .dimension = static_cast<int>(d), .coefficient = slope});
        }
    }
    made.term_count = static_cast<int>(table.terms.size()) - made.first_term;
    table.accesses.push_back(made);
}

void add_buffers(LoopTable& table, const ir::LoopNest& nest) {
    for (const ir::Buffer& buffer : nest.buffers) {
        Buffer entry{.scope = static_cast<Scope>(buffer.scope),
                     .element_bytes = ir::size_bytes(buffer.type),
                     .first_dimension = static_cast<int>(table.dimensions.size())};
        for (const std::size_t p : parts_by_stride(buffer.layout)) {
            const ir::LayoutPart& part = buffer.layout.parts[p];
            table.dimensions.push_back({.stride = std::max<std::int64_t>(1, part.stride), .extent = part.extent});
        }
        entry.dimension_count = static_cast<int>(table.dimensions.size()) - entry.first_dimension;
        table.buffers.push_back(entry);
    }
}

}  // namespace saku::features
