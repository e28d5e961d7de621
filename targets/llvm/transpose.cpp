#include "targets/llvm/transpose.h"

#include <algorithm>
#include <numeric>

namespace saku::targets {

namespace {

/// The vector with its lane count changed: new lanes are undefined.
llvm::Value* resized(llvm::IRBuilder<>& builder, llvm::Value* vector, int lanes) {
    const auto* type = llvm::cast<llvm::FixedVectorType>(vector->getType());
    const int have = static_cast<int>(type->getNumElements());
    if (have == lanes) return vector;
    std::vector<int> pick(static_cast<std::size_t>(lanes), -1);
    std::iota(pick.begin(), pick.begin() + std::min(have, lanes), 0);
    return builder.CreateShuffleVector(vector, pick);
}

/// One round: rows `apart` from each other exchange the off-diagonal halves of their blocks of 2 * apart lanes.
void exchange(llvm::IRBuilder<>& builder, std::vector<llvm::Value*>& rows, int apart) {
    const int size = static_cast<int>(rows.size());
    std::vector<int> upper;
    std::vector<int> lower;
    for (int lane = 0; lane < size; ++lane) {
        const bool is_second = (lane & apart) != 0;
        upper.push_back(is_second ? size + lane - apart : lane);
        lower.push_back(is_second ? size + lane : lane + apart);
    }
    for (int row = 0; row < size; ++row) {
        if ((row & apart) != 0) continue;
        llvm::Value*& a = rows[static_cast<std::size_t>(row)];
        llvm::Value*& b = rows[static_cast<std::size_t>(row + apart)];
        llvm::Value* first = builder.CreateShuffleVector(a, b, upper);
        b = builder.CreateShuffleVector(a, b, lower);
        a = first;
    }
}

}  // namespace

std::vector<llvm::Value*> transpose(llvm::IRBuilder<>& builder, std::vector<llvm::Value*> rows, int columns) {
    int row_count = 1;
    while (row_count < static_cast<int>(rows.size())) row_count *= 2;
    const int size = std::max(row_count, columns);
    auto* square = llvm::FixedVectorType::get(builder.getFloatTy(), static_cast<unsigned>(size));
    rows.resize(static_cast<std::size_t>(size), nullptr);
    for (llvm::Value*& row : rows) {
        row = row == nullptr ? llvm::PoisonValue::get(square) : resized(builder, row, size);
    }
    for (int apart = size / 2; apart >= 1; apart /= 2) exchange(builder, rows, apart);
    rows.resize(static_cast<std::size_t>(columns));
    for (llvm::Value*& row : rows) row = resized(builder, row, row_count);
    return rows;
}

}  // namespace saku::targets
