#include "tuner/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "tuner/operands.h"
#include "tuner/pinned.h"
#include "tuner/reference.h"

namespace saku::tuner {

using namespace saku::ir;

namespace {

Fitted<Done> fits_memory(double bytes) {
    const auto gigabytes = [](double x) { return std::to_string(std::llround(std::ceil(x * 1e-9))) + " GB"; };
    const auto available = static_cast<double>(available_memory_bytes());
    if (available <= 0 || bytes <= 0.9 * available) return Done{};
    return NotApplicable{"not enough free memory", gigabytes(bytes) + " wanted, " + gigabytes(available) + " free"};
}

/// All that a kernel is given. A schedule may make more of an operator's tensors: layouts with padding, packed copies,
/// workspace.
double bytes_of_buffers(const LoopNest& nest) {
    double bytes = 0;
    for (const Buffer& buffer : nest.buffers) {
        if (buffer.scope != Scope::registers)
            bytes += static_cast<double>(span_elements(buffer.layout)) * size_bytes(buffer.type);
    }
    return bytes;
}

}  // namespace

void fill(const PreparedKernel& kernel, const std::vector<std::vector<double>>& values) {
    for (std::size_t t = 0; t < values.size(); ++t) {
        float* floats = kernel.tensor(t);
        for (std::size_t i = 0; i < values[t].size(); ++i) floats[i] = static_cast<float>(values[t][i]);
    }
}

double bytes_to_measure(const Operator& op) {
    double bytes = 0;
    for (const Tensor& tensor : op.tensors) {
        // f32 operand; f64 inputs, once as made and once in the reference; magnitudes of outputs.
        bytes += static_cast<double>(elements_of(tensor)) *
                 (4 + (tensor.any_layout ? 4 : 0) + 8 + 8 + (tensor.is_output ? 8 : 0));
    }
    return bytes;
}

Fitted<PreparedKernel> PreparedKernel::make(const Operator& op, const LoopNest& nest, const targets::Codegen& codegen,
                                            const MeasureOptions& options, Placement placement) {
    SAKU_TRY_DONE(fits_memory(bytes_of_buffers(nest)));
    PreparedKernel prepared;
    SAKU_TRY(kernel, targets::load(nest, codegen, {.name = "kernel"}, options.parallel_for));
    prepared.kernel_ = std::move(kernel);
    prepared.threads_ = options.threads;
    for (std::size_t t = 0; t < op.tensors.size(); ++t) {
        const Tensor& tensor = op.tensors[t];
        prepared.is_output_.push_back(tensor.is_output);
        prepared.pieces_.push_back({.bytes = elements_of(tensor) * sizeof(float), .alignment = sizeof(float)});
        if (nest.buffers[t].plain) prepared.free_.push_back(t);
    }
    for (const std::size_t t : prepared.free_)
        prepared.pieces_.push_back({.bytes = prepared.kernel_->laid_out_bytes(t), .alignment = sizeof(float)});
    for (std::size_t p = 0; p < nest.offline.size(); ++p) {
        prepared.pack_sources_.push_back(
            static_cast<std::size_t>(*nest.buffers[static_cast<std::size_t>(nest.offline[p].packed)].source));
        prepared.pieces_.push_back({.bytes = prepared.kernel_->packed_bytes(p)});
    }
    prepared.pieces_.push_back({.bytes = prepared.kernel_->workspace_bytes(options.threads)});
    SAKU_TRY_DONE(prepared.move(placement));
    return prepared;
}

Fitted<Done> PreparedKernel::move(Placement placement) {
    memory_.clear();
    std::vector<void*> places;
    for (const Piece& piece : pieces_) {
        memory_.emplace_back(piece.bytes, piece.alignment, placement);
        places.push_back(memory_.back().data());
        if (places.back() == nullptr) return NotApplicable{"not enough free memory", "the system gave none"};
    }
    lay_out(std::move(places));
    return Done{};
}

bool PreparedKernel::move(const CommonMemory& memory) {
    const std::size_t page = page_bytes();
    std::vector<void*> places;
    std::size_t end = page;
    for (const Piece& piece : pieces_) {
        if (memory.data() == nullptr || end > memory.bytes()) return false;
        places.push_back(memory.data() + end);
        end += (piece.bytes / page + 2) * page;
    }
    if (end > memory.bytes()) return false;
    for (std::size_t at = 0; at < end; at += page) memory.data()[at] = 0;  // pages are mapped when they are written
    memory_.clear();
    lay_out(std::move(places));
    return true;
}

void PreparedKernel::lay_out(std::vector<void*> places) {
    places_ = std::move(places);
    auto next = places_.begin();
    tensors_.clear();
    arguments_.clear();
    packed_.clear();
    for (std::size_t t = 0; t < is_output_.size(); ++t) {
        tensors_.push_back(static_cast<float*>(*next++));
        arguments_.push_back(tensors_.back());
    }
    for (const std::size_t t : free_) arguments_[t] = *next++;
    for (const std::size_t source : pack_sources_) {
        packed_.push_back(*next++);
        arguments_[source] = packed_.back();
    }
    workspace_ = *next;
    // Scratch that is read before it is written must show: all bits set is a NaN.
    std::fill_n(static_cast<unsigned char*>(workspace_), pieces_.back().bytes, 0xff);
}

void PreparedKernel::prepare() const {
    for (std::size_t p = 0; p < packed_.size(); ++p) kernel_->pack(p, tensors_[pack_sources_[p]], packed_[p]);
    for (const std::size_t t : free_) kernel_->lay_out(t, tensors_[t], arguments_[t]);
}

void PreparedKernel::keep() {
    kept_.clear();
    for (std::size_t p = 0; p + 1 < pieces_.size(); ++p) {
        const auto* from = static_cast<const char*>(places_[p]);
        kept_.emplace_back(from, from + pieces_[p].bytes);
    }
}

void PreparedKernel::restore() const {
    for (std::size_t p = 0; p < kept_.size(); ++p)
        std::copy(kept_[p].begin(), kept_[p].end(), static_cast<char*>(places_[p]));
}

void PreparedKernel::read_back() const {
    for (const std::size_t t : free_) {
        if (is_output_[t]) kernel_->read_back(t, arguments_[t], tensors_[t]);
    }
}

double PreparedKernel::sample(double sample_seconds) const {
    using Clock = std::chrono::steady_clock;
    double elapsed = 0;
    for (std::int64_t calls = 1;;
         calls = std::max(calls * 2, static_cast<std::int64_t>(static_cast<double>(calls) * sample_seconds /
                                                               std::max(elapsed, 1e-9)))) {
        const auto start = Clock::now();
        for (std::int64_t i = 0; i < calls; ++i) kernel_->run(arguments_, workspace_, threads_);
        elapsed = std::chrono::duration<double>(Clock::now() - start).count();
        if (elapsed >= sample_seconds * 0.7) return elapsed / static_cast<double>(calls);
    }
}

double PreparedKernel::cold_sample(double sample_seconds, const Sweep& sweep) const {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    constexpr std::int64_t fewest = 3;
    const auto begin = Clock::now();
    double seconds = 0;
    std::int64_t calls = 0;
    while (calls < fewest || since(begin) < sample_seconds) {
        for (std::size_t p = 0; p < places_.size(); ++p) drop_from_caches(places_[p], pieces_[p].bytes);
        sweep.run();
        const auto start = Clock::now();
        kernel_->run(arguments_, workspace_, threads_);
        seconds += since(start);
        ++calls;
    }
    return seconds / static_cast<double>(calls);
}

Fitted<Done> check_measurable(const Operator& op, const MeasureOptions& options) {
    SAKU_TRY_DONE(fits_memory(bytes_to_measure(op)));
    if (iterations(op) > options.most_reference_iterations) {
        return NotApplicable{"too large to check",
                             std::to_string(std::llround(iterations(op) * 1e-9)) +
                                 " thousand million iterations, at most " +
                                 std::to_string(std::llround(options.most_reference_iterations * 1e-9))};
    }
    return Done{};
}

namespace {

void take_samples(const PreparedKernel& kernel, const MeasureOptions& options, Measurement& result) {
    static_cast<void>(kernel.sample(options.sample_seconds));  // warm-up, also of the instructions
    const std::optional<Sweep> sweep =
        options.residence == features::Residence::cold ? std::optional<Sweep>(std::in_place) : std::nullopt;
    for (int i = 0; i < options.samples; ++i)
        result.samples.push_back(sweep ? kernel.cold_sample(options.sample_seconds, *sweep)
                                       : kernel.sample(options.sample_seconds));
}

}  // namespace

Fitted<Measurement> measure(const Operator& op, const LoopNest& nest, const targets::Codegen& codegen,
                            const MeasureOptions& options) {
    SAKU_TRY_DONE(check_measurable(op, options));
    ReferenceData reference{.values = random_inputs(op, options.seed), .magnitudes = {}, .roundings = {}};
    const std::vector<std::vector<double>> inputs = reference.values;
    evaluate_reference(op, reference, options.jobs);

    Measurement result;
    result.correct = true;
    const Pinned pinned(options.threads == 1);
    SAKU_TRY(kernel, PreparedKernel::make(op, nest, codegen, options, Placement::at_end));
    for (const Placement placement : {Placement::at_end, Placement::at_start, Placement::apart}) {
        if (placement != Placement::at_end) SAKU_TRY_DONE(kernel.move(placement));
        fill(kernel, inputs);
        kernel.prepare();
        result.status = kernel.run();
        kernel.read_back();
        const Agreement worst = compare_outputs(op, kernel.tensors(), reference);
        result.correct = result.correct && worst.correct && result.status == 0;
        result.agreement = worse_of(result.agreement, worst);
        if (!result.correct) break;
    }
    if (result.correct) take_samples(kernel, options, result);
    if (!result.samples.empty()) {
        std::vector<double> sorted = result.samples;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
        result.seconds = sorted[sorted.size() / 2];
    }
    return result;
}

}  // namespace saku::tuner
