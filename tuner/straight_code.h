// What stands in straight code around the update of a table in the making, counted by axis. Internal to least_*.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/fixed_vector.h"
#include "tuner/table_production.h"

namespace saku::tuner {

/// What one axis makes of the copies of the update.
struct AxisCopies {
    double all = 1;      ///< in all tiles
    double inside = 1;   ///< in straight code of one tile, on average
    double tile = 1;     ///< ... of one that is whole
    double counted = 1;  ///< ... as tables count it: what is dropped of the last one is not
    double tiles = 1;    ///< that are whole
    bool is_reduced = false;
    double written = 1;  ///< iterations of loops that may become straight code
};

enum class LanesOf : std::uint8_t { unknown, broadcast, contiguous, strided };

/// What the copies of straight code name of one operand, at the least.
struct Named {
    double elements = 1;     ///< on average; loops that may be written out are straight code
    double in_tile = 1;      ///< in a whole tile, no loops written out
    bool is_shared = false;  ///< several of its copies name the same
    bool moves = false;      ///< with the innermost loop
    LanesOf lanes = LanesOf::unknown;
    std::int64_t alignment = 4096;  ///< elements, at the most
};

class StraightCode {
public:
    /// Of a table whose loops and copies are planned.
    explicit StraightCode(const Production& work);

    [[nodiscard]] const AxisCopies& of(std::size_t axis) const { return axes_[axis]; }
    /// The slot of the innermost loop around the update that certainly stays a loop; -1: none.
    [[nodiscard]] int innermost() const { return innermost_; }
    /// No loop inside of it may become straight code.
    [[nodiscard]] bool is_certain() const { return written_out_.empty(); }

    /// Of output axes: `visit` each, multiplied.
    template <class Visit>
    [[nodiscard]] double of_outputs(const Visit& visit) const {
        double product = 1;
        for (std::size_t a = 0; a < work_.sketch.axes.size(); ++a) {
            if (!axes_[a].is_reduced) product *= visit(a);
        }
        return product;
    }

    [[nodiscard]] Named named_by(const TemplateAccess& load) const;
    [[nodiscard]] LanesOf lanes_of(const TemplateAccess& access) const;

private:
    [[nodiscard]] const CopyState* copy_of(const TemplateAccess& load) const;
    [[nodiscard]] bool has_inside(const TemplateDimension& dimension) const;
    [[nodiscard]] bool stays_inside(const TemplateAccess& access, std::size_t axis) const;
    [[nodiscard]] bool may_be_written_out(const PlannedLoop& loop) const;
    void find_innermost();
    void plan_axis(std::size_t number);
    void plan_vectors(const AxisState& state, AxisCopies& axis) const;
    [[nodiscard]] bool may_drop_rows(std::size_t axis) const;
    void plan_rows(std::size_t number, AxisCopies& axis) const;
    [[nodiscard]] std::int64_t step_of(const TemplateAccess& access, std::size_t axis) const;
    [[nodiscard]] std::int64_t alignment_of(const TemplateAccess& access) const;
    [[nodiscard]] double written_inside(std::size_t axis, int place) const;
    [[nodiscard]] bool is_moved_by_innermost(std::size_t axis, int place) const;
    [[nodiscard]] LanesOf lanes_of_region(const CopyState& copy, const TemplateAccess& access) const;
    [[nodiscard]] Named named_by_groups(const TemplateAccess& access, int place) const;
    [[nodiscard]] Named named_by_axes(const CopyState& copy, const SketchOperand& operand) const;

    const Production& work_;
    std::array<AxisCopies, max_axes> axes_;
    FixedVector<int, max_slots> written_out_;  ///< slots of loops inside the innermost one that may be straight code
    int innermost_ = -1;
    bool has_copies_beside_ = false;  ///< without loops of their own
};

}  // namespace saku::tuner
