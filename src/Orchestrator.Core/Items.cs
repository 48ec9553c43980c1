using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Orchestrator.Core;

/// <summary>
/// An immutable list that compares by content. Facts and states are built of it, so that two states are equal
/// exactly when they say the same, which is how "replay = live state" is checked.
/// </summary>
[CollectionBuilder(typeof(Items), nameof(Items.Of))]
public readonly struct Items<T> : IReadOnlyList<T>, IEquatable<Items<T>>
{
    private readonly T[]? _items;

    internal Items(T[] items) => _items = items;

    private T[] Raw => _items ?? [];

    /// <summary>How many items there are.</summary>
    public int Count => _items?.Length ?? 0;

    /// <summary>The item at <paramref name="index"/>, counted from 0.</summary>
    public T this[int index] => Raw[index];

    /// <summary>The items as a span; nothing is copied.</summary>
    public ReadOnlySpan<T> AsSpan() => Raw;

    /// <summary>A copy in which the item at <paramref name="index"/> is another one.</summary>
    public Items<T> With(int index, T item)
    {
        var copy = (T[])Raw.Clone();
        copy[index] = item;
        return new Items<T>(copy);
    }

    /// <inheritdoc/>
    public bool Equals(Items<T> other)
    {
        if (ReferenceEquals(_items, other._items))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        var comparer = EqualityComparer<T>.Default;
        for (var i = 0; i < Count; i++)
        {
            if (!comparer.Equals(Raw[i], other.Raw[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Items<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Raw)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>Equal by content and order.</summary>
    public static bool operator ==(Items<T> left, Items<T> right) => left.Equals(right);

    /// <summary>Differs in content or order.</summary>
    public static bool operator !=(Items<T> left, Items<T> right) => !left.Equals(right);

    /// <summary>Enumerates without allocating.</summary>
    public ImmutableArray<T>.Enumerator GetEnumerator() => ImmutableCollectionsMarshal().GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Raw).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Raw.GetEnumerator();

    private ImmutableArray<T> ImmutableCollectionsMarshal() =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(Raw);
}

/// <summary>Makes <see cref="Items{T}"/>; the target of collection expressions.</summary>
public static class Items
{
    /// <summary>A list of the given items, copied.</summary>
    public static Items<T> Of<T>(ReadOnlySpan<T> items) => items.IsEmpty ? default : new Items<T>(items.ToArray());

    /// <summary>A list of the given items, in their order.</summary>
    public static Items<T> ToItems<T>(this IEnumerable<T> items) => new([.. items]);
}
