#include "bench/peers/onednn_primitive.h"

namespace saku::bench {
namespace {

using dnnl::memory;

/// A copy of `data` (laid out as `from`) in the layout `to`.
memory reordered(const float* data, const memory::desc& from, const memory::desc& to) {
    dnnl::stream stream(dnnl_cpu());
    // The library takes non-const pointers and does not write through this one.
    memory source(from, dnnl_cpu(), const_cast<float*>(data));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    memory copy(to, dnnl_cpu());
    dnnl::reorder(source, copy).execute(stream, source, copy);
    stream.wait();
    return copy;
}

class Primitive final : public Prepared {
public:
    Primitive(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments, memory::desc plain_output,
              std::string note)
        : primitive_(primitive),
          arguments_(std::move(arguments)),
          plain_output_(std::move(plain_output)),
          note_(std::move(note)),
          stream_(dnnl_cpu()) {}

    void run() override {
        primitive_.execute(stream_, arguments_);
        stream_.wait();
    }

    [[nodiscard]] Floats output() const override {
        const memory& out = arguments_.at(DNNL_ARG_DST);
        const memory copy = reordered(static_cast<const float*>(out.get_data_handle()), out.get_desc(), plain_output_);
        const auto* first = static_cast<const float*>(copy.get_data_handle());
        return {first, first + plain_output_.get_size() / sizeof(float)};
    }

    [[nodiscard]] std::string note() const override { return note_; }

private:
    dnnl::primitive primitive_;
    std::unordered_map<int, memory> arguments_;
    memory::desc plain_output_;
    std::string note_;
    dnnl::stream stream_;
};

}  // namespace

memory::desc described(const memory::dims& dims, DnnlTag tag) { return {dims, memory::data_type::f32, tag}; }

dnnl::engine& dnnl_cpu() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

std::unique_ptr<Prepared> bound(const dnnl::primitive& primitive, const std::string& implementation,
                                const std::vector<DnnlInput>& inputs, const DnnlOutput& output) {
    std::unordered_map<int, memory> arguments;
    for (const DnnlInput& input : inputs)
        arguments.emplace(input.argument, reordered(input.data.data(), input.plain, input.wanted));
    arguments.emplace(DNNL_ARG_DST, memory(output.wanted, dnnl_cpu()));
    return std::make_unique<Primitive>(primitive, std::move(arguments), output.plain, implementation);
}

}  // namespace saku::bench
