using System.Collections;

namespace Orchestrator.Core;

/// <summary>
/// An immutable list for very many items, kept in pages: a copy in which one item is another shares all pages but one
/// with the list it was made of, and where two such lists differ is found without looking at every item. Compares by content.
/// </summary>
public sealed class Paged<T> : IReadOnlyList<T>, IEquatable<Paged<T>>
    where T : class
{
    /// <summary>How many items a page has.</summary>
    internal const int PageSize = 64;

    private readonly T[][] _pages;

    /// <summary>A list of the given items, in their order.</summary>
    public Paged(IEnumerable<T> items)
    {
        _pages = [.. items.Chunk(PageSize)];
        Count = _pages.Sum(page => page.Length);
    }

    private Paged(T[][] pages, int count) => (_pages, Count) = (pages, count);

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public T this[int index] => _pages[index / PageSize][index % PageSize];

    /// <summary>How many pages there are.</summary>
    internal int Pages => _pages.Length;

    /// <summary>The items of a page.</summary>
    internal ReadOnlySpan<T> Page(int page) => _pages[page];

    /// <summary>A copy in which the item at <paramref name="index"/> is another one.</summary>
    public Paged<T> With(int index, T item)
    {
        var pages = (T[][])_pages.Clone();
        var page = (T[])pages[index / PageSize].Clone();
        page[index % PageSize] = item;
        pages[index / PageSize] = page;
        return new Paged<T>(pages, Count);
    }

    /// <summary>Where this list has another item than one it was made of, in order; the two are equally long.</summary>
    public IEnumerable<int> Differences(Paged<T> other)
    {
        for (var page = 0; page < _pages.Length; page++)
        {
            if (ReferenceEquals(_pages[page], other._pages[page]))
            {
                continue;
            }

            for (var i = 0; i < _pages[page].Length; i++)
            {
                if (!ReferenceEquals(_pages[page][i], other._pages[page][i]))
                {
                    yield return (page * PageSize) + i;
                }
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(Paged<T>? other)
    {
        if (other is null || Count != other.Count)
        {
            return false;
        }

        foreach (var i in Differences(other))
        {
            if (!this[i].Equals(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Paged<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in this)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _pages.SelectMany(page => page).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
