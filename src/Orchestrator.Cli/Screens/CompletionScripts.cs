namespace Orchestrator.Cli.Screens;

/// <summary>The scripts that a shell sources. Each asks the program itself, so that they never fall behind it. The last word goes there behind a '=', because an empty one would be lost in some.</summary>
internal static class CompletionScripts
{
    /// <summary>The script of each shell.</summary>
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["bash"] = """
            # bash completion for orchestrator. In ~/.bashrc: source <(orchestrator completion bash)
            _orchestrator() {
                local line
                COMPREPLY=()
                while IFS= read -r line; do
                    COMPREPLY+=("$line")
                done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "=${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
            }
            complete -o bashdefault -o default -o nosort -F _orchestrator orchestrator orchestrator.sh ./orchestrator.sh 2>/dev/null ||
                complete -o bashdefault -o default -F _orchestrator orchestrator orchestrator.sh ./orchestrator.sh

            """,
        ["zsh"] = """
            #compdef orchestrator orchestrator.sh
            # zsh completion for orchestrator. In ~/.zshrc, after compinit: source <(orchestrator completion zsh)
            _orchestrator() {
                local -a found
                found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT-1]}" "=${words[CURRENT]}" 2>/dev/null)}")
                if [[ -n ${found[1]} ]]; then
                    compadd -V orchestrator -- "${found[@]}"
                else
                    _files
                fi
            }
            compdef _orchestrator orchestrator orchestrator.sh

            """,
        ["fish"] = """
            # fish completion for orchestrator. In config.fish: orchestrator completion fish | source
            function __orchestrator_complete
                set -l words (commandline -opc)
                set -l found ($words[1] complete -- $words[2..-1] =(commandline -ct) 2>/dev/null)
                if test (count $found) -gt 0
                    printf '%s\n' $found
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c orchestrator -f -k -a '(__orchestrator_complete)'

            """,
        ["powershell"] = """
            # PowerShell completion for orchestrator. In $PROFILE: orchestrator completion powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName orchestrator -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
                $before = @($words | Select-Object -Skip 1)
                & $words[0] complete -- @before "=$wordToComplete" 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """,
    };
}
