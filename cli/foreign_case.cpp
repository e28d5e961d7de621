#include "cli/foreign.h"
#include "targets/c_header.h"
#include "tuner/operands.h"

namespace saku::cli {
namespace {

/// "static const T name[] = {1, 2};"
std::string array(const std::string& type, const std::string& name, const std::vector<std::size_t>& values) {
    std::string text = "static const " + type + " " + name + "[] = {";
    for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(values[i]);
    return text + (values.empty() ? "0" : "") + "};\n";
}

std::string constant(const std::string& name, std::size_t value) {
    return "enum { " + name + " = " + std::to_string(value) + " };\n";
}

/// The functions that call what was emitted.
std::string calls(const ir::Operator& op, const ir::LoopNest& nest, const std::vector<std::size_t>& sources) {
    std::vector<std::string> arguments;
    std::string sizes;
    std::string to;
    std::string from;
    for (std::size_t t = 0; t < op.tensors.size(); ++t) {
        arguments.push_back("tensors[" + std::to_string(t) + "]");
        if (!nest.buffers[t].plain) continue;
        const std::string& tensor = nest.buffers[t].name;
        const std::string test = "    if (t == " + std::to_string(t) + ") ";
        sizes += test + "return kernel_bytes_" + tensor + "();\n";
        to += test + "kernel_to_" + tensor + "(plain, laid_out);\n";
        from += test + "kernel_from_" + tensor + "(laid_out, plain);\n";
    }
    std::string bytes;
    std::string packing;
    for (std::size_t p = 0; p < sources.size(); ++p) {
        const std::string& tensor = nest.buffers[sources[p]].name;
        const std::string number = std::to_string(p);
        bytes += "    if (p == " + number + ") return kernel_packed_bytes_" + tensor + "();\n";
        packing += "    if (p == " + number + ") kernel_pack_" + tensor + "(plain, packed);\n";
        arguments[sources[p]] = "packed[" + number + "]";
    }
    std::string list;
    for (const std::string& argument : arguments) list += argument + ", ";
    return "static size_t packed_bytes(int p) {\n" + bytes + "    (void)p;\n    return 0;\n}\n" +
           "static void pack(int p, const float *plain, void *packed) {\n    (void)p, (void)plain, (void)packed;\n" +
           packing + "}\n" + "static size_t laid_out_bytes(int t) {\n" + sizes + "    (void)t;\n    return 0;\n}\n" +
           "static void to_laid_out(int t, const float *plain, float *laid_out) {\n    (void)t, (void)plain, "
           "(void)laid_out;\n" +
           to + "}\n" +
           "static void from_laid_out(int t, const float *laid_out, float *plain) {\n    (void)t, (void)plain, "
           "(void)laid_out;\n" +
           from + "}\n" + "static size_t scratch_bytes(void) { return kernel_workspace_bytes(WORKERS); }\n" +
           "static int call_kernel(float *const *tensors, void *const *packed, void *scratch) {\n" +
           "    (void)packed;\n    return kernel(" + list + "scratch, WORKERS);\n}\n";
}

}  // namespace

std::string foreign_case(const ir::Operator& op, const ir::LoopNest& nest, int workers) {
    std::vector<std::size_t> elements;
    std::vector<std::size_t> is_read;
    std::vector<std::size_t> is_output;
    for (const ir::Tensor& tensor : op.tensors) {
        elements.push_back(tuner::elements_of(tensor));
        is_read.push_back(!tensor.is_output || tensor.is_accumulated ? 1 : 0);
        is_output.push_back(tensor.is_output ? 1 : 0);
    }
    std::vector<std::size_t> sources;
    for (const ir::OfflinePack& pack : nest.offline)
        sources.push_back(static_cast<std::size_t>(*nest.buffers[static_cast<std::size_t>(pack.packed)].source));
    return targets::c_header(nest, "kernel", ir::shorthand(op)) + "\n" + constant("TENSORS", op.tensors.size()) +
           constant("PACKS", sources.size()) + constant("WORKERS", static_cast<std::size_t>(workers)) +
           array("size_t", "elements", elements) + array("char", "is_read", is_read) +
           array("char", "is_output", is_output) + array("int", "pack_source", sources) + calls(op, nest, sources);
}

}  // namespace saku::cli
