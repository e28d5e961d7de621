#include "targets/llvm/index_numbers.h"

#include <algorithm>

#include "targets/llvm/indices.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

/// An index for all lanes at once, as a vector of integers: 32 bits wide where everything in it fits them, since
/// conversions to float and divisions by constants are then a few instructions.
class LaneIntegers {
public:
    LaneIntegers(Frame& frame, const Lanes& lanes, const Index& index)
        : frame_(frame), lanes_(lanes), type_(frame.builder.getInt64Ty()) {
        if (is_short(index)) type_ = frame.builder.getInt32Ty();
    }

    [[nodiscard]] llvm::Value* value(const Index& index) const {
        llvm::Value* total = constant(index.constant());
        for (const Term& term : index.terms()) {
            total =
                frame_.builder.CreateAdd(total, frame_.builder.CreateMul(atom(term.atom), constant(term.coefficient)));
        }
        return total;
    }

private:
    [[nodiscard]] Ranges ranges() const {
        return [this](VarId id) -> std::optional<Interval> {
            if (lanes_.variable && id == *lanes_.variable)
                return Interval{lanes_.start, lanes_.start + lanes_.width - 1};
            const auto known = frame_.ranges.find(id);
            return known == frame_.ranges.end() ? std::nullopt : std::optional(known->second);
        };
    }

    /// Do all sums in the index, those inside floors and mods too, stay below 2^30?
    [[nodiscard]] bool is_short(const Index& index) const {
        constexpr std::int64_t most = std::int64_t{1} << 30;
        std::int64_t reach = std::abs(index.constant());
        for (const Term& term : index.terms()) {
            if (term.atom.inner && (!is_short(*term.atom.inner) || term.atom.divisor > most)) return false;
            const std::optional<Interval> values = range(Index::of(term.atom), ranges());
            if (!values || reach > most || std::abs(term.coefficient) > most) return false;
            const std::int64_t largest = std::max(std::abs(values->low), std::abs(values->high));
            if (largest > most) return false;
            reach += largest * std::abs(term.coefficient);
        }
        return reach <= most;
    }

    [[nodiscard]] llvm::Value* constant(std::int64_t number) const {
        return frame_.builder.CreateVectorSplat(static_cast<unsigned>(lanes_.width),
                                                llvm::ConstantInt::getSigned(type_, number));
    }

    [[nodiscard]] llvm::Value* atom(const Atom& atom) const {
        auto& b = frame_.builder;
        if (atom.kind == Atom::Kind::variable) return variable(atom.variable);
        llvm::Value* inner = value(*atom.inner);
        llvm::Value* by = constant(atom.divisor);
        const std::optional<Interval> reach = range(*atom.inner, ranges());
        llvm::Value* floor = nullptr;
        if (reach && reach->low >= 0) {
            floor = b.CreateUDiv(inner, by);
        } else {
            llvm::Value* truncated = b.CreateSDiv(inner, by);
            llvm::Value* rest = b.CreateSub(inner, b.CreateMul(truncated, by));
            floor = b.CreateAdd(truncated, b.CreateSExt(b.CreateICmpSLT(rest, constant(0)), by->getType()));
        }
        return atom.kind == Atom::Kind::floor_div ? floor : b.CreateSub(inner, b.CreateMul(floor, by));
    }

    [[nodiscard]] llvm::Value* variable(VarId id) const {
        auto& b = frame_.builder;
        if (lanes_.variable && id == *lanes_.variable) {
            std::vector<llvm::Constant*> numbers;
            for (int lane = 0; lane < lanes_.width; ++lane) {
                numbers.push_back(llvm::ConstantInt::getSigned(type_, lanes_.start + lane));
            }
            return llvm::ConstantVector::get(numbers);
        }
        llvm::Value* whole = emit_index(frame_, Index::variable(id));
        return b.CreateVectorSplat(static_cast<unsigned>(lanes_.width), b.CreateTrunc(whole, type_));
    }

    Frame& frame_;
    const Lanes& lanes_;
    llvm::IntegerType* type_;
};

}  // namespace

llvm::Value* index_number(Frame& frame, const Index& index, const Lanes& lanes) {
    const Index resolved = resolve(frame, index);
    const bool is_uniform = lane_form(resolved, lanes).kind == LaneForm::Kind::uniform;
    if (is_uniform || !lanes.is_vector()) {
        llvm::Value* number = emit_index(frame, at_lane(frame, resolved, lanes, 0));
        return frame.splat(frame.builder.CreateSIToFP(number, frame.element_type()), lanes);
    }
    return frame.builder.CreateSIToFP(LaneIntegers(frame, lanes, resolved).value(resolved), frame.type_of(lanes));
}

}  // namespace saku::targets
