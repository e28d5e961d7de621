#include "targets/llvm/transpose.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace saku::targets {

namespace {

using Rows = std::vector<llvm::Value*>;

/// Shuffles of two rows stay inside blocks of this many bytes as long as possible: those are the cheap ones everywhere.
constexpr int block_bytes = 16;

/// The vector with its lane count changed: new lanes are undefined.
llvm::Value* resized(llvm::IRBuilder<>& builder, llvm::Value* vector, int lanes) {
    const auto* type = llvm::cast<llvm::FixedVectorType>(vector->getType());
    const int have = static_cast<int>(type->getNumElements());
    if (have == lanes) return vector;
    std::vector<int> pick(static_cast<std::size_t>(lanes), -1);
    std::iota(pick.begin(), pick.begin() + std::min(have, lanes), 0);
    return builder.CreateShuffleVector(vector, pick);
}

/// Keeps LLVM from looking through the rounds into those before: combining the whole tree of shuffles takes its
/// instruction selection up to a second a block, and gains nothing over one shuffle per value and round. Costs no
/// instruction.
void fence(llvm::IRBuilder<>& builder, Rows& rows) {
    for (llvm::Value*& row : rows) {
        if (!llvm::isa<llvm::Constant>(row)) row = builder.CreateArithmeticFence(row, row->getType());
    }
}

/// Rows i and i + n/2 become 2i and 2i + 1: the lower, and the upper, halves of their blocks of `width` lanes, element
/// by element in turn. log2(width) of these rounds transpose each column of blocks of `width` rows.
Rows interleave(llvm::IRBuilder<>& builder, const Rows& rows, int width) {
    const int lanes = static_cast<int>(llvm::cast<llvm::FixedVectorType>(rows.front()->getType())->getNumElements());
    std::array<std::vector<int>, 2> pick;
    for (int lane = 0; lane < lanes; ++lane) {
        const int block = lane / width * width;
        const int from = (lane % width) / 2 + (lane % 2) * lanes + block;
        pick[0].push_back(from);
        pick[1].push_back(from + width / 2);
    }
    Rows out;
    for (std::size_t i = 0; i < rows.size() / 2; ++i) {
        for (const std::vector<int>& half : pick) {
            out.push_back(builder.CreateShuffleVector(rows[i], rows[i + rows.size() / 2], half));
        }
    }
    return out;
}

/// In each span of `span` lanes: rows 2i and 2i + 1 become i, with their even blocks of `width` lanes, and i + n/2,
/// with the odd ones.
Rows separate(llvm::IRBuilder<>& builder, const Rows& rows, int width, int span) {
    const int lanes = static_cast<int>(llvm::cast<llvm::FixedVectorType>(rows.front()->getType())->getNumElements());
    std::array<std::vector<int>, 2> pick;
    for (int lane = 0; lane < lanes; ++lane) {
        const int start = lane / span * span;
        for (int odd = 0; odd < 2; ++odd) {
            const int from = (lane - start) / width * 2 * width + lane % width + odd * width;
            pick[static_cast<std::size_t>(odd)].push_back(from < span ? start + from : lanes + start + from - span);
        }
    }
    Rows out(rows.size());
    for (std::size_t i = 0; i < rows.size() / 2; ++i) {
        for (std::size_t odd = 0; odd < 2; ++odd) {
            out[i + odd * rows.size() / 2] = builder.CreateShuffleVector(rows[2 * i], rows[2 * i + 1], pick[odd]);
        }
    }
    return out;
}

/// Each span of as many lanes as there are rows is a square of its own. First the blocks among each other (rows that
/// come from memory are then loaded by blocks), then inside blocks.
Rows transpose_squares(llvm::IRBuilder<>& builder, const Rows& rows, int width) {
    const std::size_t size = rows.size();
    const auto block = static_cast<std::size_t>(width);
    const std::size_t groups = size / block;
    std::vector<Rows> by_block(groups);  // [block of columns]: one row per row of a block
    for (std::size_t r = 0; r < block; ++r) {
        Rows apart;
        for (std::size_t g = 0; g < groups; ++g) apart.push_back(rows[g * block + r]);
        for (std::size_t done = 1; done < groups; done *= 2)
            apart = separate(builder, apart, width, static_cast<int>(size));
        if (width > 1 && groups > 1) fence(builder, apart);
        for (std::size_t b = 0; b < groups; ++b) by_block[b].push_back(apart[b]);
    }
    Rows out;
    for (Rows& columns : by_block) {
        for (int done = 1; done < width; done *= 2) columns = interleave(builder, columns, width);
        out.insert(out.end(), columns.begin(), columns.end());
    }
    return out;
}

llvm::Value* joined(llvm::IRBuilder<>& builder, llvm::Value* a, llvm::Value* b) {
    const auto* type = llvm::cast<llvm::FixedVectorType>(a->getType());
    std::vector<int> all(2 * type->getNumElements());
    std::iota(all.begin(), all.end(), 0);
    return builder.CreateShuffleVector(a, b, all);
}

/// Vectors of equal length put together to one; their number is a power of two.
llvm::Value* joined(llvm::IRBuilder<>& builder, Rows parts) {
    while (parts.size() > 1) {
        Rows longer;
        for (std::size_t i = 0; i < parts.size(); i += 2) longer.push_back(joined(builder, parts[i], parts[i + 1]));
        parts = std::move(longer);
    }
    return parts.front();
}

}  // namespace

Rows transpose(llvm::IRBuilder<>& builder, Rows rows, int columns) {
    const auto first = std::find_if(rows.begin(), rows.end(), [](const llvm::Value* row) { return row != nullptr; });
    auto* type = llvm::cast<llvm::FixedVectorType>((*first)->getType());
    const int element_bytes = static_cast<int>(type->getScalarSizeInBits()) / 8;
    const int width = std::min(columns, std::max(block_bytes / element_bytes, 1));
    int row_count = 1;
    while (row_count < static_cast<int>(rows.size())) row_count *= 2;
    auto* row_type = llvm::FixedVectorType::get(type->getElementType(), static_cast<unsigned>(columns));
    const auto size = static_cast<std::size_t>(columns);
    rows.resize(std::max(static_cast<std::size_t>(row_count), size), nullptr);
    for (llvm::Value*& row : rows) {
        row = row == nullptr ? llvm::PoisonValue::get(row_type) : resized(builder, row, columns);
    }
    Rows wide;  // [r]: rows r, r + columns, ... side by side
    for (std::size_t r = 0; r < size; ++r) {
        Rows beside;
        for (std::size_t at = r; at < rows.size(); at += size) beside.push_back(rows[at]);
        wide.push_back(joined(builder, beside));
    }
    Rows out = transpose_squares(builder, wide, width);
    for (llvm::Value*& column : out) column = resized(builder, column, row_count);
    return out;
}

}  // namespace saku::targets
