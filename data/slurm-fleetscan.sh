#!/bin/sh
# A scan as a Slurm array of shards, and their merge once all of them are there:
#
#     slurm-fleetscan.sh LIST DIR [OPTION OF SCAN]...
#
# LIST and DIR are on a disk that all nodes share; the shards go to DIR/part-N,
# the whole to DIR/merged.  SHARDS=16 says how many, SBATCH_ACCOUNT and its
# like go to sbatch.  Prints the number of the merging job.
set -eu

shards=${SHARDS:-16}
case ${1:-} in
--shard)
	list=$2 directory=$3
	shift 3
	exec fleetscan scan -q -l "$list" --shard "auto/$shards" \
		-o "$directory/part-$SLURM_ARRAY_TASK_ID" "$@"
	;;
--merge)
	exec fleetscan merge -q "$2"/part-* -o "$2/merged"
	;;
'' | -*)
	echo "usage: $0 LIST DIR [OPTION OF SCAN]..." >&2
	exit 2
	;;
esac

list=$(realpath "$1")
mkdir -p "$2"
directory=$(realpath "$2")
shift 2
export SHARDS="$shards"

scan=$(sbatch --parsable --job-name=fleetscan --array="0-$((shards - 1))" \
	--output="$directory/scan-%a.log" \
	"$0" --shard "$list" "$directory" "$@")
# afterok: a shard that failed leaves the merge undone, and squeue says so.
sbatch --parsable --job-name=fleetscan-merge --dependency="afterok:$scan" \
	--output="$directory/merged.log" "$0" --merge "$directory"
