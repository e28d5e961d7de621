#include "targets/cpp_wrapper.h"

namespace saku::targets {

// The number in the guard changes whenever the text does: headers made by different versions of saku then keep apart.
std::string cpp_wrapper_support() {
    return R"hpp(#ifndef SAKU_SUPPORT_2
#define SAKU_SUPPORT_2

namespace saku_support {
inline namespace v2 {

/// A kernel returned a status other than 0 (the C header lists them).
class KernelError : public std::runtime_error {
public:
    KernelError(const char* kernel, int status)
        : std::runtime_error(std::string(kernel) + ": " + meaning(status)), status_(status) {}
    int status() const noexcept { return status_; }

private:
    static const char* meaning(int status) {
        switch (status) {
            case 1:
                return "packed data was not made by this kernel's pack function";
            case 2:
                return "fewer than one worker";
            case 3:
                return "packed data or workspace is not aligned";
            case 4:
                return "saku_parallel_for failed";
            default:
                return "unknown status";
        }
    }
    int status_;
};

inline void check(const char* kernel, int status) {
    if (status != 0) throw KernelError(kernel, status);
}

/// Memory as kernels need it: aligned to 64 bytes, freed at the end.
class AlignedMemory {
public:
    AlignedMemory() = default;
    explicit AlignedMemory(std::size_t bytes) : size_(bytes) {
        if (bytes > 0) memory_.reset(::operator new(bytes, alignment));
    }
    void* data() const noexcept { return memory_.get(); }
    std::size_t size() const noexcept { return size_; }

private:
    static constexpr std::align_val_t alignment{64};
    struct Free {
        void operator()(void* memory) const noexcept { ::operator delete(memory, alignment); }
    };
    std::unique_ptr<void, Free> memory_;
    std::size_t size_ = 0;
};

/// Lengths known to the compiler; std::dynamic_extent where they are not.
template <class Range>
inline constexpr std::size_t static_size = std::dynamic_extent;
template <class Element, std::size_t size>
inline constexpr std::size_t static_size<Element[size]> = size;
template <class Element, std::size_t size>
inline constexpr std::size_t static_size<std::array<Element, size>> = size;
template <class Element, std::size_t size>
inline constexpr std::size_t static_size<std::span<Element, size>> = size;

/// Can pointers to From be used as pointers to To, without casts between classes?
template <class From, class To>
concept PointsTo = std::is_convertible_v<From (*)[], To (*)[]>;

template <class Range, class Element>
concept Contiguous = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
                     PointsTo<std::remove_reference_t<std::ranges::range_reference_t<Range>>, Element>;

/// std::mdspan, or anything that looks like one.
template <class Array, class Element>
concept Strided = requires(const Array& array) {
    { Array::rank() } -> std::convertible_to<std::size_t>;
    { array.extent(0) } -> std::convertible_to<std::size_t>;
    { array.stride(0) } -> std::convertible_to<std::size_t>;
    requires PointsTo<std::remove_pointer_t<decltype(array.data_handle())>, Element>;
};

/// Borrows the elements of a tensor, checked when it is made:
///   * from anything contiguous (std::vector, std::span, ...): the number of elements; a length that the compiler knows
///     (std::array, T[n], std::span<T, n>) is checked by the compiler. Where the layout leaves gaps (a part of a larger
///     tensor), what lies behind the last element does not matter
///   * from an array of the tensor's rank (float x[128][768]): its shape, by the compiler; row-major tensors only
///   * from std::mdspan or alike: shape and strides; not for tensors in blocked layouts
/// A length or shape that is wrong at run time throws std::invalid_argument.
template <class Tensor>
class View {
public:
    using element = typename Tensor::element;
    static constexpr std::size_t elements = Tensor::elements;

    template <Contiguous<element> Range>
    View(Range&& range) : data_(std::ranges::data(range)) {
        constexpr std::size_t size = static_size<std::remove_cvref_t<Range>>;
        static_assert(size == std::dynamic_extent || fits(size), "wrong number of elements for this tensor");
        const auto found = static_cast<std::size_t>(std::ranges::size(range));
        if (!fits(found)) refuse(std::to_string(found) + " elements");
    }

    template <class Array>
        requires(std::rank_v<Array> > 1 && PointsTo<std::remove_all_extents_t<Array>, element>)
    View(Array& array) {
        static_assert(is_row_major(), "nested arrays are row-major, this tensor is not");
        static_assert(has_shape<Array>(), "wrong shape for this tensor");
        data_ = reinterpret_cast<element*>(&array);
    }

    template <Strided<element> Array>
    View(const Array& array) : data_(array.data_handle()) {
        static_assert(Tensor::strides.size() == Tensor::shape.size(), "this tensor has a blocked layout");
        static_assert(Array::rank() == Tensor::shape.size(), "wrong rank for this tensor");
        for (std::size_t i = 0; i < Tensor::shape.size(); ++i) {
            const auto extent = static_cast<std::size_t>(array.extent(i));
            const auto stride = static_cast<std::size_t>(array.stride(i));
            const std::string dimension = " in dimension " + std::to_string(i);
            if (extent != Tensor::shape[i]) refuse("extent " + std::to_string(extent) + dimension);
            if (extent > 1 && stride != Tensor::strides[i]) refuse("stride " + std::to_string(stride) + dimension);
        }
    }

    element* data() const noexcept { return data_; }
    operator std::span<element, elements>() const noexcept { return std::span<element, elements>(data_, elements); }

private:
    static constexpr bool fits(std::size_t found) {
        std::size_t dense = 1;
        for (const std::size_t extent : Tensor::shape) dense *= extent;
        return dense == elements ? found == elements : found >= elements;
    }

    static constexpr bool is_row_major() {
        if (Tensor::strides.size() != Tensor::shape.size()) return false;
        std::size_t stride = 1;
        for (std::size_t i = Tensor::shape.size(); i-- > 0; stride *= Tensor::shape[i])
            if (Tensor::shape[i] > 1 && Tensor::strides[i] != stride) return false;
        return true;
    }

    template <class Array, std::size_t dimension = 0>
    static constexpr bool has_shape() {
        if constexpr (dimension == Tensor::shape.size() || std::rank_v<Array> == 0)
            return dimension == Tensor::shape.size() && std::rank_v<Array> == 0;
        else
            return std::extent_v<Array> == Tensor::shape[dimension] &&
                   has_shape<std::remove_extent_t<Array>, dimension + 1>();
    }

    [[noreturn]] static void refuse(const std::string& found) {
        std::string text = std::string(Tensor::name) + ": found " + found + ", expected " + std::to_string(elements) +
                           " elements of shape";
        for (const std::size_t extent : Tensor::shape) text += " " + std::to_string(extent);
        if (Tensor::strides.size() == Tensor::shape.size()) text += " with strides";
        for (const std::size_t stride : Tensor::strides) text += " " + std::to_string(stride);
        throw std::invalid_argument(text);
    }

    element* data_ = nullptr;
};

/// Owns an operand in the packed form of one kernel; others do not take it.
template <class Tensor>
class Packed {
public:
    explicit Packed(View<Tensor> plain) : memory_(Tensor::packed_bytes()) {
        Tensor::pack(plain.data(), memory_.data());
    }
    /// A copy of what bytes() gave earlier, maybe in another process. The kernel refuses what is not its own.
    static Packed from_bytes(std::span<const std::byte> bytes) {
        if (bytes.size() != Tensor::packed_bytes())
            throw std::invalid_argument(std::string(Tensor::name) + ": found " + std::to_string(bytes.size()) +
                                        " packed bytes, expected " + std::to_string(Tensor::packed_bytes()));
        Packed packed;
        std::memcpy(packed.memory_.data(), bytes.data(), bytes.size());
        return packed;
    }
    std::span<const std::byte> bytes() const noexcept {
        return {static_cast<const std::byte*>(memory_.data()), memory_.size()};
    }
    const void* data() const noexcept { return memory_.data(); }

private:
    Packed() : memory_(Tensor::packed_bytes()) {}
    AlignedMemory memory_;
};

/// Do two tensors have the same shape and elements, in the same places of the layouts that were chosen for them? Then
/// what one kernel wrote is what another reads, as it is.
template <class A, class B>
inline constexpr bool lie_alike = [] {
    if constexpr (A::layout.size() == B::layout.size() && A::shape.size() == B::shape.size())
        return std::is_same_v<std::remove_const_t<typename A::element>, std::remove_const_t<typename B::element>> &&
               A::shape == B::shape && A::layout == B::layout;
    else
        return false;
}();

/// Owns a tensor in the layout that was chosen for one kernel. Kernels whose tensors lie alike take it, too.
template <class Tensor>
class LaidOut {
public:
    using value_type = std::remove_const_t<typename Tensor::element>;
    /// For an output: nothing defined until the kernel has run.
    LaidOut() : memory_(Tensor::laid_out_bytes()) {}
    explicit LaidOut(View<Tensor> plain) : LaidOut() { assign(plain); }
    void assign(View<Tensor> plain) { Tensor::lay_out(plain.data(), data()); }
    /// Brings an output back.
    void copy_to(View<Tensor> plain) const
        requires(!std::is_const_v<typename Tensor::element>)
    {
        Tensor::read_back(data(), plain.data());
    }
    value_type* data() noexcept { return static_cast<value_type*>(memory_.data()); }
    const value_type* data() const noexcept { return static_cast<const value_type*>(memory_.data()); }

private:
    AlignedMemory memory_;
};

/// Borrows a tensor in the layout that was chosen for one kernel:
///   * from the LaidOut or the view of any tensor that lies alike, as another kernel's output; the compiler checks that
///   * over(memory): memory of the caller's that holds laid-out elements, or will when a kernel has written them
///   * lay_out(plain, memory): lays a plain tensor out there first
/// Memory has Tensor::laid_out_bytes() bytes, or std::invalid_argument is thrown.
template <class Tensor>
class LaidOutView {
public:
    using element = typename Tensor::element;
    using value_type = std::remove_const_t<element>;

    template <class Other>
    LaidOutView(LaidOut<Other>& owner) : data_(owner.data()) {
        static_assert(lie_alike<Tensor, Other>, "the elements lie in other places in this kernel's layout");
    }
    template <class Other>
        requires std::is_const_v<element>
    LaidOutView(const LaidOut<Other>& owner) : data_(owner.data()) {
        static_assert(lie_alike<Tensor, Other>, "the elements lie in other places in this kernel's layout");
    }
    template <class Other>
        requires PointsTo<typename Other::element, element>
    LaidOutView(LaidOutView<Other> other) : data_(other.data()) {
        static_assert(lie_alike<Tensor, Other>, "the elements lie in other places in this kernel's layout");
    }

    template <Contiguous<element> Range>
    static LaidOutView over(Range&& memory) {
        const std::size_t found = std::ranges::size(memory) * sizeof(element);
        if (found != Tensor::laid_out_bytes())
            throw std::invalid_argument(std::string(Tensor::name) + ": found " + std::to_string(found) +
                                        " laid-out bytes, expected " + std::to_string(Tensor::laid_out_bytes()));
        return LaidOutView(std::ranges::data(memory));
    }
    static LaidOutView lay_out(View<Tensor> plain, std::span<value_type> memory) {
        const LaidOutView view = over(memory);
        Tensor::lay_out(plain.data(), memory.data());
        return view;
    }

    /// Brings an output back.
    void copy_to(View<Tensor> plain) const
        requires(!std::is_const_v<element>)
    {
        Tensor::read_back(data_, plain.data());
    }
    element* data() const noexcept { return data_; }

private:
    explicit LaidOutView(element* data) : data_(data) {}
    element* data_;
};

}  // namespace v2
}  // namespace saku_support

#endif
)hpp";
}

}  // namespace saku::targets
